// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

func TestATextThatManyObjectsHaveIsHeldOnce(t *testing.T) {
	t.Parallel()
	output, err := decodeOutput([]byte(`{"value":[{"Kind":"scope","In":{"Kind":"scope"}},{"Kind":"scope","All":["scope","Kind"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	first, second := output.rows[0], output.rows[1]
	all := second.Texts("All")
	for _, text := range []string{second.Text("Kind"), first.object("In").Text("Kind"), all[0]} {
		if text != "scope" || unsafe.StringData(text) != unsafe.StringData(first.Text("Kind")) {
			t.Errorf("%q is held once more", text)
		}
	}
}

func TestARowHoldsNothingThatIsNull(t *testing.T) {
	t.Parallel()
	output, err := decodeOutput([]byte(`{"value":[{"A":null,"B":"b","C@odata.type":"c","D":{"E":null},"F":[null]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	row := output.rows[0]
	if len(row) != 3 || row.Text("B") != "b" || row.Has("A") || len(row.object("D")) != 0 || len(row.Texts("F")) != 0 {
		t.Errorf("it holds %v", row)
	}
}

// BenchmarkListing is a page of a thousand objects of forty properties each, half of them null. B/row is what is held of a
// row when the page has been read.
func BenchmarkListing(b *testing.B) {
	var body strings.Builder
	body.WriteString(`{"value":[`)
	for i := range 1000 {
		fmt.Fprintf(&body, `{"Name":"assignment %d","Guid":"%032d","Role":"Application Mail.Read"`, i, i)
		for property := range 17 {
			fmt.Fprintf(&body, `,"SomePropertyThatIsNull%d":null,"SomePropertyOfAll%d":"what all of them have"`, property, property)
		}
		fmt.Fprintf(&body, `,"DistinguishedName":"CN=assignment %d,CN=Role Assignments,CN=RBAC,CN=Configuration,DC=contoso,DC=onmicrosoft,DC=com"},`, i)
	}
	page := []byte(strings.TrimSuffix(body.String(), ",") + `]}`)
	b.ReportAllocs()
	var held []*output
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		output, err := decodeOutput(page)
		if err != nil {
			b.Fatal(err)
		}
		if len(held) < 10 {
			held = append(held, output)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(1000*len(held)), "B/row")
	runtime.KeepAlive(held)
}
