// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A serving is a serve command that is up.
type serving struct {
	command *exec.Cmd
	stdout  io.Reader
	port    string
}

// startServe starts a serve command and waits until it says that its tenant is up.
func startServe(t *testing.T, flags ...string) *serving {
	t.Helper()
	s := &serving{command: program(t, nil, append([]string{"serve"}, flags...)...)}
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdout = stdout
	stderr, err := s.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stderr).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	notice := regexp.MustCompile(`^The tenant contoso\.onmicrosoft\.com is at https://127\.0\.0\.1:(\d+)\. Ctrl-C ends it\.\n$`)
	match := notice.FindStringSubmatch(line)
	if match == nil {
		t.Fatalf("serve said %q", line)
	}
	s.port = match[1]
	return s
}

// end sends a signal and returns what was printed on standard output.
func (s *serving) end(t *testing.T, sent syscall.Signal) string {
	t.Helper()
	if err := s.command.Process.Signal(sent); err != nil {
		t.Fatal(err)
	}
	printed, err := io.ReadAll(s.stdout)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Wait(); err != nil {
		t.Errorf("serve ended with %v, want success", err)
	}
	return string(printed)
}

func TestServePrintsTheEnvironmentAndEndsWithASignal(t *testing.T) {
	t.Parallel()
	for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sent.String(), func(t *testing.T) {
			t.Parallel()
			s := startServe(t)
			printed := s.end(t, sent)
			if !regexp.MustCompile(`^(export EXCHANGE_[A-Z_]+='[^']+'\n){8}$`).MatchString(printed) {
				t.Errorf("serve printed %q", printed)
			}
			if want := "export EXCHANGE_ADMIN_ENDPOINT='https://127.0.0.1:" + s.port + "'\n"; !strings.HasPrefix(printed, want) {
				t.Errorf("serve printed %q, which does not begin with %q", printed, want)
			}
		})
	}
}

func TestServeWritesTheEnvironmentToAFileAndRemovesIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sandbox.env")
	s := startServe(t, "--env-file", path, "--shell", "github")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode(); got != 0o600 {
		t.Errorf("the file's mode is %s, want one for its owner only", got)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := "EXCHANGE_ADMIN_ENDPOINT=https://127.0.0.1:" + s.port + "\n"; !strings.HasPrefix(string(content), want) {
		t.Errorf("the file holds %q, which does not begin with %q", content, want)
	}
	if printed := s.end(t, syscall.SIGTERM); printed != "" {
		t.Errorf("serve printed %q too", printed)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

func TestServeForgivesThatTheFileIsGone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sandbox.env")
	s := startServe(t, "--env-file", path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s.end(t, syscall.SIGTERM)
}

func TestServesEnvironmentIsReadByAShell(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sandbox.env")
	s := startServe(t, "--env-file", path)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c", `. "$1" && exec "$2" "$3" create-scope 'Berlin mailboxes'`, "sh", path, self, childArgument)
	if output, err := shell.CombinedOutput(); err != nil {
		t.Errorf("the command failed: %v\n%s", err, output)
	}
	s.end(t, syscall.SIGTERM)
}

func TestServeRefusesAPortInUse(t *testing.T) {
	t.Parallel()
	first := startServe(t)
	second := finish(t, program(t, nil, "serve", "--port", first.port))
	if second.code != 1 || !strings.Contains(second.stderr, first.port) || !strings.Contains(second.stderr, "in use") {
		t.Errorf("on a port in use serve ended with %+v", second)
	}
	first.end(t, syscall.SIGTERM)
}

func TestServeLeavesAFileOfOthersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"a file that exists":         path,
		"a folder that does not":     filepath.Join(path+"-folder", "sandbox.env"),
		"a folder that is no folder": filepath.Join(path, "sandbox.env"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := finish(t, program(t, nil, "serve", "--env-file", target))
			if ended.code != 1 || ended.stdout != "" || !strings.Contains(ended.stderr, "environment file") {
				t.Errorf("ended with %+v", ended)
			}
			content, err := os.ReadFile(path)
			if err != nil || string(content) != "precious" {
				t.Errorf("the file holds %q, error %v", content, err)
			}
		})
	}
}

func TestServeFailsWhenItCannotPrint(t *testing.T) {
	t.Parallel()
	command := program(t, nil, "serve")
	closed, err := os.Open(os.DevNull) // It can be read only.
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = closed.Close() }()
	var stderr strings.Builder
	command.Stdout, command.Stderr = closed, &stderr
	_ = command.Run() // Its code says how it went.
	if got := command.ProcessState.ExitCode(); got != 1 || !strings.Contains(stderr.String(), "printing the environment") {
		t.Errorf("exit code %d, error %q", got, fmt.Sprint(&stderr))
	}
}
