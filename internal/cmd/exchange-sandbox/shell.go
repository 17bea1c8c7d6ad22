// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A shell is a form in which variables are handed to another program. It is a
// flag's value.
type shell string

const (
	posix      shell = "posix"      // export NAME='value'
	powershell shell = "powershell" // $env:NAME = 'value'
	github     shell = "github"     // NAME=value, for the file $GITHUB_ENV
)

// Set takes the flag's text.
func (s *shell) Set(text string) error {
	switch chosen := shell(text); chosen {
	case posix, powershell, github:
		*s = chosen
		return nil
	}
	return fmt.Errorf("the forms are %s, %s and %s", posix, powershell, github)
}

func (s *shell) String() string { return string(*s) }

// Type is what help calls the flag's value.
func (*shell) Type() string { return "form" }

// format writes the variables, one a line and in the order of their names.
func (s shell) format(variables map[string]string) string {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		value := variables[name]
		switch s {
		case posix:
			fmt.Fprintf(&lines, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
		case powershell:
			fmt.Fprintf(&lines, "$env:%s = '%s'\n", name, strings.ReplaceAll(value, "'", "''"))
		case github:
			fmt.Fprintf(&lines, "%s=%s\n", name, value)
		}
	}
	return lines.String()
}
