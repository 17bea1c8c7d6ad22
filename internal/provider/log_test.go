// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/fault"
)

// A whole run at TRACE, with the provider as a process of its own: what Terraform writes down of it, and leaves behind
// in its folder, holds no secret and no token.
func TestNoSecretAndNoTokenIsInLogsOrState(t *testing.T) {
	t.Parallel()
	engine, err := acctest.Engine()
	if err != nil {
		t.Fatal(err)
	}
	provider := acctest.BuildProvider(t)
	for name, signIn := range map[string]func(s *acctest.Sandbox, environment map[string]string) (secrets [][]byte){
		"client secret": func(s *acctest.Sandbox, _ map[string]string) [][]byte {
			return [][]byte{[]byte(s.ClientSecret())}
		},
		"client certificate": func(s *acctest.Sandbox, environment map[string]string) [][]byte {
			path, password := pfxOf(t, s)
			delete(environment, "EXCHANGE_CLIENT_SECRET")
			environment["EXCHANGE_CLIENT_CERTIFICATE_PATH"] = path
			environment["EXCHANGE_CLIENT_CERTIFICATE_PASSWORD"] = password
			return append(keyMaterial(t, pemOf(t, s)), []byte(password))
		},
		"wrong client secret": func(_ *acctest.Sandbox, environment map[string]string) [][]byte {
			environment["EXCHANGE_CLIENT_SECRET"] = "wrong-but-secret-all-the-same"
			return [][]byte{[]byte("wrong-but-secret-all-the-same")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := acctest.Start(t)
			environment := maps.Clone(s.Environment())
			secrets := signIn(s, environment)
			folder := t.TempDir()
			write(t, folder, "main.tf", `
terraform {
  required_providers {
    exchange = { source = "terraform-exchange/exchange" }
  }
}
`+configuration("Invoice Reader", `CustomAttribute1 -eq 'finance'`, "exchange_management_scope.test.name", "Application Mail.Read", true))
			settings := write(t, folder, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-exchange/exchange\" = %q\n  }\n  direct {}\n}\n", filepath.ToSlash(provider)))
			log := filepath.Join(folder, "trace.log")

			terraform := func(arguments ...string) ([]byte, error) {
				command := exec.CommandContext(t.Context(), engine, arguments...)
				command.Dir = folder
				command.Env = append(sandbox.ChildEnvironment(os.Environ(), environment),
					"TF_CLI_CONFIG_FILE="+settings, "TF_LOG=TRACE", "TF_LOG_PATH="+log, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
				return command.CombinedOutput()
			}
			var output []byte
			fails := name == "wrong client secret"
			for _, arguments := range [][]string{{"apply", "-auto-approve", "-no-color"}, {"plan", "-no-color"}, {"destroy", "-auto-approve", "-no-color"}} {
				said, err := terraform(arguments...)
				output = append(output, said...)
				if (err != nil) != (fails && arguments[0] == "apply") {
					t.Fatalf("%s: %v\n%s", arguments[0], err, said)
				}
			}
			write(t, folder, "output.txt", string(output))

			requests, items := 0, 0
			for _, request := range s.Requests().All() {
				switch {
				case request.Service != fault.Exchange:
				case request.Item > 0:
					items++
				default:
					requests++
				}
			}
			expectLines(t, read(t, log), "Exchange cmdlet", requests,
				`cmdlet=(\w+-\w+|"\$batch")`, `duration_ms=\d+`, `status=\d{3}`, `request_id=[0-9a-f-]{36}`)
			expectLines(t, read(t, log), "Exchange cmdlet in a batch", items,
				`cmdlet=\w+-\w+`, `status=\d{3}`, `client_request_id=[0-9a-f-]{36}`, `batch_client_request_id=[0-9a-f-]{36}`)
			everyFile(t, folder, func(path string, content []byte) {
				for _, secret := range secrets {
					if bytes.Contains(content, secret) {
						t.Errorf("%s holds a secret", path)
					}
				}
				if token := regexp.MustCompile(`eyJ[\w-]{10,}\.`).Find(content); token != nil {
					t.Errorf("%s holds a token, or a part of one: %s...", path, token[:10])
				}
			})
		})
	}
}

// expectLines checks that a log has so many lines of a message, each with fields of these forms.
func expectLines(t *testing.T, log []byte, message string, count int, fields ...string) {
	t.Helper()
	lines := regexp.MustCompile(`.* `+message+`:.*`).FindAll(log, -1)
	if len(lines) != count {
		t.Errorf("the log has %d lines of %q, and the sandbox had %d requests of that kind", len(lines), message, count)
	}
	for _, line := range lines {
		for _, field := range fields {
			if !regexp.MustCompile(` ` + field + `( |$)`).Match(line) {
				t.Errorf("a line has no %s: %s", field, line)
			}
		}
	}
}

// keyMaterial returns forms in which a private key could be written down.
func keyMaterial(t *testing.T, path string) [][]byte {
	t.Helper()
	rest := read(t, path)
	for {
		block, following := pem.Decode(rest)
		if block == nil {
			t.Fatalf("%s holds no private key", path)
		}
		if rest = following; strings.HasSuffix(block.Type, "PRIVATE KEY") {
			encoded := base64.StdEncoding.EncodeToString(block.Bytes)
			return [][]byte{block.Bytes, []byte(encoded[100:160]), []byte(block.Type)}
		}
	}
}

func write(t *testing.T, folder, name, content string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func everyFile(t *testing.T, folder string, check func(path string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil {
			check(path, content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
