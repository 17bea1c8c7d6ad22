// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
)

// A signInMethod is how the environment lets the provider sign in. Empty is the
// environment that belongs to the sandbox itself. It is a flag's value.
type signInMethod sandbox.SignInMethod

// Set takes the flag's text.
func (m *signInMethod) Set(text string) error {
	methods := sandbox.SignInMethods()
	if !slices.Contains(methods, sandbox.SignInMethod(text)) {
		return fmt.Errorf("the methods are %s", methodNames())
	}
	*m = signInMethod(text)
	return nil
}

func (m *signInMethod) String() string { return string(*m) }

// Type is what help calls the flag's value.
func (*signInMethod) Type() string { return "method" }

// environment returns the variables for a process that works on the sandbox.
func (m signInMethod) environment(box *sandbox.Sandbox) (map[string]string, error) {
	if m == "" {
		return box.Environment(), nil
	}
	return box.SignIn(sandbox.SignInMethod(m))
}

func methodNames() string {
	var names []string
	for _, method := range sandbox.SignInMethods() {
		names = append(names, string(method))
	}
	return strings.Join(names, ", ")
}

// addSignInFlag gives a command the flag that chooses how the provider signs in.
func addSignInFlag(command *cobra.Command, method *signInMethod) {
	command.Flags().Var(method, "sign-in",
		"`method` that the environment is for (default: a client secret in EXCHANGE_CLIENT_SECRET): "+methodNames())
}
