// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bufio"
	"os/exec"
	"syscall"
	"testing"
)

// startApart starts a program in a session of its own, where no terminal sends
// it signals and it has to pass on all it is sent.
func startApart(t *testing.T, command *exec.Cmd) *bufio.Scanner {
	t.Helper()
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewScanner(output)
}

func TestRunPassesSignalsOnAndWaits(t *testing.T) {
	t.Parallel()
	for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sent.String(), func(t *testing.T) {
			t.Parallel()
			command := program(t, nil, childOf(t, nil, "await-signal")...)
			output := startApart(t, command)
			if !output.Scan() || output.Text() != "ready" {
				t.Fatalf("the command said %q, error %v", output.Text(), output.Err())
			}
			if err := command.Process.Signal(sent); err != nil {
				t.Fatal(err)
			}
			if !output.Scan() || output.Text() != sent.String() {
				t.Errorf("the command received %q, want %q", output.Text(), sent)
			}
			_ = command.Wait() // Its code says how it went.
			if got := command.ProcessState.ExitCode(); got != 7 {
				t.Errorf("exit code %d, want the command's own 7", got)
			}
		})
	}
}

func TestRunExitsWithTheSignalThatEndedTheCommand(t *testing.T) {
	t.Parallel()
	if got := finish(t, program(t, nil, childOf(t, nil, "kill-self")...)); got.code != 128+int(syscall.SIGKILL) {
		t.Errorf("ended with %+v, want code %d", got, 128+int(syscall.SIGKILL))
	}
}
