// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestRunExitsWithTheCodeOfTheCommand(t *testing.T) {
	t.Parallel()
	for _, code := range []int{0, 1, 2, 42} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			t.Parallel()
			got := finish(t, program(t, nil, childOf(t, nil, "exit", strconv.Itoa(code))...))
			if got != (outcome{code: code}) {
				t.Errorf("ended with %+v, want code %d and nothing said", got, code)
			}
		})
	}
}

func TestRunExplainsACommandItCannotStart(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command string
		code    int
	}{
		"not on the path": {"no-such-command-anywhere", 127},
		"no such file":    {filepath.Join(t.TempDir(), "missing"), 127},
		"a folder":        {t.TempDir(), 126},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := finish(t, program(t, nil, "run", "--", test.command))
			if got.code != test.code || !strings.HasPrefix(got.stderr, "Error: starting the command: ") {
				t.Errorf("ended with %+v, want code %d and an explanation", got, test.code)
			}
		})
	}
}

func TestRunGivesTheCommandTheTerminal(t *testing.T) {
	t.Parallel()
	command := program(t, nil, childOf(t, nil, "copy")...)
	command.Stdin = strings.NewReader("typed")
	if got := finish(t, command); got != (outcome{stdout: "typed", stderr: "copied"}) {
		t.Errorf("ended with %+v", got)
	}
}

func TestRunLeavesTheCommandsArgumentsAlone(t *testing.T) {
	t.Parallel()
	want := []string{"-auto-approve", "--tenant", "x", "--", "--help", ""}
	for name, remove := range map[string]bool{"with the two dashes": false, "without the two dashes": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arguments := childOf(t, nil, append([]string{"arguments"}, want...)...)
			if remove {
				arguments = slices.Delete(arguments, 1, 2)
			}
			var got []string
			ended := finish(t, program(t, nil, arguments...))
			if err := json.Unmarshal([]byte(ended.stdout), &got); err != nil {
				t.Fatalf("%v: %+v", err, ended)
			}
			if !slices.Equal(got, want) {
				t.Errorf("the command was given %q, want %q", got, want)
			}
		})
	}
}

func TestRunReplacesTheEnvironment(t *testing.T) {
	t.Parallel()
	hostile := []string{
		"EXCHANGE_TENANT_ID=real", "EXCHANGE_CLIENT_CERTIFICATE_PATH=real", "EXCHANGE_ENVIRONMENT=real", "ARM_CLIENT_SECRET=real",
		"ARM_USE_OIDC=real", "AZURE_TENANT_ID=real", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=real", "SYSTEM_ACCESSTOKEN=real",
		"IDENTITY_ENDPOINT=real", "MSI_ENDPOINT=real", "MSAL_FORCE_REGION=real", "TF_LOG=kept",
	}
	ended := finish(t, program(t, hostile, childOf(t, nil, "environment")...))
	var variables []string
	if err := json.Unmarshal([]byte(ended.stdout), &variables); err != nil {
		t.Fatalf("%v: %+v", err, ended)
	}
	got := make(map[string]string)
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if value == "real" {
			t.Errorf("the command was given %s", variable)
		}
		got[name] = value
	}
	if got["TF_LOG"] != "kept" {
		t.Error("TF_LOG was taken away")
	}
	for name, want := range map[string]string{
		"EXCHANGE_TENANT_ID":           "^11111111-1111-1111-1111-111111111111$",
		"EXCHANGE_CLIENT_ID":           "^00000000-0000-0000-0000-00000000a001$",
		"EXCHANGE_CLIENT_SECRET":       "^.{40,}$",
		"EXCHANGE_ORGANIZATION":        `^contoso\.onmicrosoft\.com$`,
		"EXCHANGE_ADMIN_ENDPOINT":      `^https://127\.0\.0\.1:\d+$`,
		"EXCHANGE_GRAPH_ENDPOINT":      `^https://127\.0\.0\.1:\d+$`,
		"EXCHANGE_AUTHORITY_HOST":      `^https://127\.0\.0\.1:\d+$`,
		"EXCHANGE_CA_CERTIFICATE_PATH": `\.pem$`,
	} {
		if !regexp.MustCompile(want).MatchString(got[name]) {
			t.Errorf("%s is %q, which does not match %s", name, got[name], want)
		}
	}
}

func TestRunSummarizesWhatHappened(t *testing.T) {
	t.Parallel()
	ended := finish(t, program(t, nil, childOf(t, []string{"--summary"}, "create-scope", "Berlin mailboxes")...))
	if ended.code != 0 || ended.stdout != "" {
		t.Fatalf("ended with %+v", ended)
	}
	scopes := regexp.MustCompile(`(?m)^  management scopes +(\d+) +(\d+)$`).FindStringSubmatch(ended.stderr)
	if scopes == nil {
		t.Fatalf("the summary has no line of the management scopes:\n%s", ended.stderr)
	}
	before, _ := strconv.Atoi(scopes[1])
	after, _ := strconv.Atoi(scopes[2])
	if after != before+1 {
		t.Errorf("management scopes: %d before and %d after, want one more", before, after)
	}
	for _, want := range []string{`(?m)^  New-ManagementScope +1 +0$`, `(?m)^  token +1 +0$`} {
		if !regexp.MustCompile(want).MatchString(ended.stderr) {
			t.Errorf("the summary does not match %s:\n%s", want, ended.stderr)
		}
	}
}

func TestRunMakesAnswersGoWrongAsTheFaultFileSays(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "faults.yaml")
	content := "rules: [{fault: status, status: 502, body: text, cmdlet: New-*, after_execution: true}]"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	ended := finish(t, program(t, nil, childOf(t, []string{"--summary", "--faults", file}, "create-scope", "Berlin mailboxes")...))
	if ended.code == 0 || !strings.Contains(ended.stderr, "502 Bad Gateway") {
		t.Errorf("ended with %+v, want the command to fail with 502", ended)
	}
	scopes := regexp.MustCompile(`(?m)^  management scopes +(\d+) +(\d+)$`).FindStringSubmatch(ended.stderr)
	if scopes == nil || scopes[1] == scopes[2] {
		t.Errorf("management scopes: %q, want one more than before", scopes)
	}
	for _, want := range []string{`(?m)^  New-ManagementScope +1 +1$`, `(?m)^  502 TEXT after execution +1$`} {
		if !regexp.MustCompile(want).MatchString(ended.stderr) {
			t.Errorf("the summary does not match %s:\n%s", want, ended.stderr)
		}
	}
}

func TestRunSummarizesAFailedCommandToo(t *testing.T) {
	t.Parallel()
	ended := finish(t, program(t, nil, childOf(t, []string{"--summary"}, "exit", "3")...))
	if ended.code != 3 || !strings.Contains(ended.stderr, "management scopes") {
		t.Errorf("ended with %+v", ended)
	}
}

func TestRunStartsFromATenantFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tenant.yaml")
	if err := os.WriteFile(path, []byte("base: contoso\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := finish(t, program(t, nil, childOf(t, []string{"--tenant", path}, "create-scope", "Berlin mailboxes")...)); got.code != 0 {
		t.Errorf("ended with %+v", got)
	}
}

func TestRunStartsNothingAfterASignal(t *testing.T) {
	t.Parallel()
	signals := make(chan os.Signal, 1)
	signals <- syscall.SIGTERM
	child := exec.CommandContext(t.Context(), "no-such-command-anywhere")
	var exit exitError
	if err := supervise(child, signals, false); !errors.As(err, &exit) || exit.code != 128+int(syscall.SIGTERM) {
		t.Errorf("supervise gives %v, want the code of the signal", err)
	}
}

func TestSignalsOfATerminalAreNotPassedOnTwice(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		received syscall.Signal
		terminal bool
		want     bool
	}{
		"Ctrl-C at a terminal":      {syscall.SIGINT, true, false},
		"the terminal is gone":      {syscall.SIGHUP, true, false},
		"terminated at a terminal":  {syscall.SIGTERM, true, true},
		"interrupted in a pipeline": {syscall.SIGINT, false, true},
		"hung up in a pipeline":     {syscall.SIGHUP, false, true},
		"terminated in a pipeline":  {syscall.SIGTERM, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := passOn(test.received, test.terminal); got != test.want {
				t.Errorf("passOn = %t, want %t", got, test.want)
			}
		})
	}
}
