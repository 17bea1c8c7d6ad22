// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The test binary plays three parts: the tests; exchange-sandbox itself, when
// the variable is set; and the command that exchange-sandbox runs, when the
// first argument says so.
const (
	sandboxVariable = "TEST_BINARY_IS_EXCHANGE_SANDBOX"
	childArgument   = "as-the-command"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == childArgument {
		if err := child(os.Args[2], os.Args[3:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(99)
		}
		return
	}
	if os.Getenv(sandboxVariable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// child is the command that exchange-sandbox runs.
func child(part string, arguments []string) error {
	switch part {
	case "environment":
		return json.NewEncoder(os.Stdout).Encode(os.Environ())
	case "arguments":
		return json.NewEncoder(os.Stdout).Encode(arguments)
	case "exit":
		code, err := strconv.Atoi(arguments[0])
		if err != nil {
			return err
		}
		os.Exit(code)
	case "copy":
		_, err := io.Copy(os.Stdout, os.Stdin)
		fmt.Fprint(os.Stderr, "copied")
		return err
	case "kill-self":
		process, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		if err := process.Kill(); err != nil {
			return err
		}
		select {}
	case "await-signal":
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
		fmt.Fprintln(os.Stdout, "ready")
		fmt.Fprintln(os.Stdout, <-signals)
		os.Exit(7)
	case "create-scope":
		return createScope(arguments[0])
	}
	return fmt.Errorf("there is no part %q", part)
}

// createScope makes a management scope through the services that the
// environment names, as a provider would.
func createScope(name string) error {
	authority, err := os.ReadFile(os.Getenv("EXCHANGE_CA_CERTIFICATE_PATH"))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return errors.New("no certificate authority")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	post := func(address, contentType, bearer, body string, answer any) error {
		request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body)) //nolint:noctx // The process ends with the request.
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", contentType)
		request.Header.Set("X-AnchorMailbox", "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@"+os.Getenv("EXCHANGE_ORGANIZATION"))
		if bearer != "" {
			request.Header.Set("Authorization", "Bearer "+bearer)
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		content, err := io.ReadAll(response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s", response.Status, content)
		}
		return json.Unmarshal(content, answer)
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	err = post(os.Getenv("EXCHANGE_AUTHORITY_HOST")+"/"+os.Getenv("EXCHANGE_TENANT_ID")+"/oauth2/v2.0/token",
		"application/x-www-form-urlencoded", "", url.Values{
			"grant_type":    {"client_credentials"},
			"client_id":     {os.Getenv("EXCHANGE_CLIENT_ID")},
			"client_secret": {os.Getenv("EXCHANGE_CLIENT_SECRET")},
			"scope":         {"https://outlook.office365.com/.default"},
		}.Encode(), &token)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"CmdletInput": map[string]any{
		"CmdletName": "New-ManagementScope",
		"Parameters": map[string]any{"Name": name, "RecipientRestrictionFilter": "Office -eq 'Berlin'"},
	}})
	if err != nil {
		return err
	}
	var answer struct{ Value []map[string]any }
	return post(os.Getenv("EXCHANGE_ADMIN_ENDPOINT")+"/adminapi/beta/"+os.Getenv("EXCHANGE_TENANT_ID")+"/InvokeCommand",
		"application/json", token.AccessToken, string(body), &answer)
}

// program returns exchange-sandbox, ready to be started in an environment
// without anything of this machine's but what is given. It keeps its files in a
// folder of the test, which must be empty at the end.
func program(t *testing.T, environment []string, arguments ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	temporary := t.TempDir()
	t.Cleanup(func() {
		left, err := os.ReadDir(temporary)
		if err != nil || len(left) != 0 {
			t.Errorf("files are left behind: %v, error %v", left, err)
		}
	})
	command := exec.CommandContext(t.Context(), self, arguments...)
	command.Env = append(append(os.Environ(), environment...), sandboxVariable+"=1", "TMPDIR="+temporary, "TEMP="+temporary, "TMP="+temporary)
	return command
}

// childOf returns the arguments that make exchange-sandbox run this binary in
// one of the parts of child.
func childOf(t *testing.T, flags []string, part ...string) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return append(append(append([]string{"run"}, flags...), "--", self, childArgument), part...)
}

// An outcome is how a program ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// finish runs a program to its end.
func finish(t *testing.T, command *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return outcome{code: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

func TestCommandLineMistakesAreExplained(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(broken, []byte("no_such_key: true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		arguments []string
		want      string
		usage     bool
	}{
		"no such command":           {[]string{"destroy"}, `unknown command "destroy"`, true},
		"no such flag":              {[]string{"--fast"}, "unknown flag: --fast", true},
		"nothing to run":            {[]string{"run"}, "run needs a command to run", true},
		"no such flag of run":       {[]string{"run", "--port", "1", "--", "true"}, "unknown flag: --port", true},
		"arguments of serve":        {[]string{"serve", "now"}, `unknown command "now"`, true},
		"a port too high":           {[]string{"serve", "--port", "65536"}, "65536", true},
		"no such shell":             {[]string{"serve", "--shell", "fish"}, "posix, powershell and github", true},
		"no tenant file to run":     {[]string{"run", "--tenant", missing, "--", "true"}, "opening the tenant file", false},
		"no tenant file to serve":   {[]string{"serve", "--tenant", missing}, "opening the tenant file", false},
		"a tenant file with errors": {[]string{"run", "--tenant", broken, "--", "true"}, "no_such_key", false},
		"no fault file to run":      {[]string{"run", "--faults", missing, "--", "true"}, "opening the fault file", false},
		"no fault file to serve":    {[]string{"serve", "--faults", missing}, "opening the fault file", false},
		"a fault file with errors":  {[]string{"run", "--faults", broken, "--", "true"}, "broken.yaml: reading the fault file: line 1: there is no key no_such_key", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := execute(test.arguments, strings.NewReader(""), &stdout, &stderr)
			if code != 1 || stdout.Len() != 0 {
				t.Errorf("exit code %d, output %q, want 1 and none", code, &stdout)
			}
			if text := stderr.String(); !strings.HasPrefix(text, "Error: ") || !strings.Contains(text, test.want) {
				t.Errorf("error is %q, want one about %q", text, test.want)
			}
			if got := strings.Contains(stderr.String(), "--help"); got != test.usage {
				t.Errorf("points to the help: %t, want %t", got, test.usage)
			}
		})
	}
}

func TestHelpAndVersionGoToStandardOutput(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"version":           {[]string{"--version"}, "exchange-sandbox version dev\n"},
		"nothing":           {nil, "exchange-sandbox run -- terraform test"},
		"help":              {[]string{"--help"}, "exchange-sandbox run -- terraform test"},
		"help of run":       {[]string{"run", "--help"}, "--summary"},
		"help of serve":     {[]string{"help", "serve"}, "--env-file"},
		"help, not COMMAND": {[]string{"run", "-h", "--", "true"}, "--summary"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := execute(test.arguments, strings.NewReader(""), &stdout, &stderr)
			if code != 0 || stderr.Len() != 0 || !strings.Contains(stdout.String(), test.want) {
				t.Errorf("exit code %d, error %q, output %q, want 0 and %q", code, &stderr, &stdout, test.want)
			}
		})
	}
}
