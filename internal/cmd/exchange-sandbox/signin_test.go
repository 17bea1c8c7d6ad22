// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/sandbox/tenant"
)

func TestSignInFlagTakesTheSandboxsMethods(t *testing.T) {
	t.Parallel()
	for _, want := range sandbox.SignInMethods() {
		var method signInMethod
		if err := method.Set(string(want)); err != nil || method.String() != string(want) {
			t.Errorf("Set(%q) gives %q, error %v", want, method, err)
		}
	}
	var method signInMethod
	if err := method.Set("password"); err == nil || !strings.Contains(err.Error(), "client-secret, ") || method != "" {
		t.Errorf("Set takes password as %q, error %v", method, err)
	}
}

func TestSignInMethodChoosesTheEnvironment(t *testing.T) {
	t.Parallel()
	box, err := sandbox.Start(tenant.Contoso())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	for method, names := range map[signInMethod][]string{
		"":               {"EXCHANGE_CLIENT_SECRET"},
		"github-actions": {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ARM_USE_OIDC"},
	} {
		variables, err := method.environment(box)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(names, func(name string) bool { return variables[name] == "" }) {
			t.Errorf("the environment of %q is %v, want it to set %v", method, variables, names)
		}
	}
}
