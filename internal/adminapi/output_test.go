// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeOutputReadsAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		want       output
	}{
		{"no body", "", output{}},
		{"white space", " \r\n", output{}},
		{"empty object", "{}", output{}},
		{"null value", `{"value":null}`, output{whole: true}},
		{"empty value", `{"@odata.context":"x","adminapi.warnings@odata.type":"#Collection(String)","@adminapi.warnings":[],"value":[]}`, output{whole: true}},
		{"byte order mark", "\ufeff{}", output{}},
		{"null row", `{"value":[null,{"A":1}]}`, output{whole: true, rows: []Row{{"A": json.Number("1")}}}},
		{"null link", `{"@odata.nextLink":null}`, output{}},
		{"link", `{"@odata.nextLink":"https://outlook.office365.com/x"}`, output{nextLink: "https://outlook.office365.com/x"}},
		{"warnings", `{"@adminapi.warnings":["a\u0000b",null,""," c "]}`, output{warnings: []string{"ab", "c"}}},
		{"warning alone", `{"@adminapi.warnings":"a"}`, output{warnings: []string{"a"}}},
		{"errors of any form", `{"@adminapi.errors":["a",{"message":"b"},{"Message":"c"},{"x":1},7]}`, output{errors: []string{"a", "b", "c", `{"x":1}`, "7"}}},
		{"confirmation", `{"@adminapi.confirmationmessage":"Are you sure?","value":[]}`, output{whole: true, confirmation: "Are you sure?"}},
		{"annotations", `{"value":[{"N@data.type":"System.Int32","N":4,"L@odata.type":"#Collection(String)","L":[{"a@b":1,"c":"d"}],"O":{"@odata.type":"#X","E":null}}]}`, output{
			whole: true, rows: []Row{{"N": json.Number("4"), "L": []any{map[string]any{"c": "d"}}, "O": map[string]any{}}},
		}},
		{"odd key without annotation", `{"value":[{"Identity(ObjectId)":"x"}]}`, output{whole: true, rows: []Row{{"Identity(ObjectId)": "x"}}}},
	} {
		got, err := decodeOutput([]byte(test.body))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if diff := cmp.Diff(test.want, *got, cmp.AllowUnexported(output{})); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestDecodeOutputRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"HTML":             "<html></html>",
		"NUL bytes":        "\x00\x00",
		"a list":           "[]",
		"null":             "null",
		"text":             `"x"`,
		"cut":              `{"value":[{"A":1}`,
		"two objects":      "{}{}",
		"value as text":    `{"value":"x"}`,
		"value as object":  `{"value":{"A":1}}`,
		"row as text":      `{"value":[{"A":1},"x"]}`,
		"row as list":      `{"value":[[]]}`,
		"link as number":   `{"@odata.nextLink":5,"value":[]}`,
		"something behind": `{"value":[]} x`,
	} {
		if got, err := decodeOutput([]byte(body)); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
}

func pack(t testing.TB, data []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func TestReadBody(t *testing.T) {
	t.Parallel()
	once := pack(t, []byte("text"))
	for _, test := range []struct {
		name       string
		body, want []byte
	}{
		{"empty", nil, nil},
		{"plain", []byte("text"), []byte("text")},
		{"gzip", once, []byte("text")},
		{"gzip of gzip is unpacked once", pack(t, once), once},
		{"NUL bytes", make([]byte, 100), make([]byte, 100)},
		{"half the magic", []byte{0x1f}, []byte{0x1f}},
	} {
		got, err := readBody(bytes.NewReader(test.body), maxBodySize)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if !bytes.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	for name, body := range map[string][]byte{
		"magic alone": {0x1f, 0x8b},
		"cut gzip":    once[:len(once)-4],
		"junk":        []byte("\x1f\x8bjunk junk junk"),
	} {
		if got, err := readBody(bytes.NewReader(body), maxBodySize); err == nil {
			t.Errorf("%s: read as %q", name, got)
		}
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestReadBodyIsBounded(t *testing.T) {
	t.Parallel()
	const limit = 1000
	if _, err := readBody(zeros{}, limit); !errors.Is(err, errBodyTooLarge) {
		t.Errorf("endless body: %v", err)
	}
	if _, err := readBody(bytes.NewReader(pack(t, make([]byte, limit+1))), limit); !errors.Is(err, errBodyTooLarge) {
		t.Errorf("gzip bomb: %v", err)
	}
	if got, err := readBody(bytes.NewReader(pack(t, make([]byte, limit))), limit); err != nil || len(got) != limit {
		t.Errorf("the largest body: %d bytes, %v", len(got), err)
	}
}

func FuzzDecodeEnvelope(f *testing.F) {
	for _, pattern := range []string{"testdata/envelopes/*", "testdata/errors/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, file := range files {
			f.Add(seed(f, file))
		}
	}
	f.Add(pack(f, []byte(`{"value":[{"A":"b"}]}`)))
	f.Add(make([]byte, 64))
	f.Fuzz(func(t *testing.T, body []byte) {
		unpacked, err := readBody(bytes.NewReader(body), maxBodySize)
		if err != nil {
			return
		}
		out, err := decodeOutput(unpacked)
		if err != nil {
			if out != nil {
				t.Errorf("output %+v beside the error %v", out, err)
			}
			return
		}
		for _, row := range out.rows {
			if row == nil {
				t.Error("a row is nil")
			}
			for name := range row {
				if strings.Contains(name, "@") {
					t.Errorf("annotation %q is left", name)
				}
				row.Bool(name)
				for _, text := range row.Texts(name) {
					if text == "" {
						t.Errorf("%s has an empty text", name)
					}
				}
				if row.Text(name) != "" && !row.Has(name) {
					t.Errorf("%s has a text but is absent", name)
				}
			}
		}
		for _, text := range append(out.warnings, out.errors...) {
			fit(t, text, "token-0123456789")
			if text == "" {
				t.Error("a warning or error is empty")
			}
		}
	})
}
