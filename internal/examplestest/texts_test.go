// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package examplestest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/acctest"
)

// Some examples need providers or services that are not here. They are read as far as that tells something.

func TestConfigurationIsFormatted(t *testing.T) {
	t.Parallel()
	engine, err := acctest.Engine()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), engine, "fmt", "-check", "-diff", "-recursive", filepath.Join(root, "examples"))
	command.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE=", "CHECKPOINT_DISABLE=1")
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestShellScriptsAreShell(t *testing.T) {
	t.Parallel()
	for _, file := range filesBelow(t, "sign-in", ".sh") {
		if output, err := exec.CommandContext(t.Context(), "sh", "-n", file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", file, err, output)
		}
	}
}

func TestYAMLIsWellFormed(t *testing.T) {
	t.Parallel()
	for _, file := range append(filesBelow(t, ".", ".yml"), filesBelow(t, ".", ".yaml")...) {
		decodeYAML[any](t, file)
	}
}

func TestWorkflowMayAskForTokens(t *testing.T) {
	t.Parallel()
	type workflow struct {
		Permissions map[string]string
		Jobs        map[string]struct {
			Environment string
			Steps       []struct{ Run string }
		}
	}
	read := decodeYAML[workflow](t, filepath.Join(root, "examples/sign-in/github-actions/workflow.yml"))[0]
	if read.Permissions["id-token"] != "write" {
		t.Error("no job gets the token service of GitHub")
	}
	federated := readFile(t, filepath.Join(root, "examples/sign-in/github-actions/federated-credential.tf"))
	if environment := read.Jobs["apply"].Environment; environment == "" || !strings.Contains(federated, ":environment:"+environment+`"`) {
		t.Errorf("no federated credential is for the environment %q", environment)
	}
	if read.Jobs["plan"].Environment != "" || !strings.Contains(federated, `:pull_request"`) {
		t.Error("no federated credential is for the plan")
	}
}

func TestPipelineMapsItsTokenWhereverTerraformRuns(t *testing.T) {
	t.Parallel()
	type pipeline struct {
		Steps []struct {
			Task   string
			Inputs map[string]string
			Env    map[string]string
		}
	}
	read := decodeYAML[pipeline](t, filepath.Join(root, "examples/sign-in/azure-pipelines/azure-pipelines.yml"))[0]
	for _, step := range read.Steps {
		if !strings.Contains(step.Inputs["inlineScript"], "terraform ") {
			t.Errorf("the step %v does not run Terraform", step)
		}
		if step.Inputs["azureSubscription"] == "" || step.Env["SYSTEM_ACCESSTOKEN"] != "$(System.AccessToken)" || step.Env["ARM_USE_OIDC"] != "true" {
			t.Errorf("the step %v cannot sign in", step)
		}
	}
	if len(read.Steps) == 0 {
		t.Error("the pipeline has no steps")
	}
}

func TestPodHasTheWorkloadIdentityOfItsServiceAccount(t *testing.T) {
	t.Parallel()
	type object struct {
		Kind     string
		Metadata struct {
			Name, Namespace string
			Annotations     map[string]string
		}
		Spec struct {
			Template struct {
				Metadata struct{ Labels map[string]string }
				Spec     struct {
					ServiceAccountName string `yaml:"serviceAccountName"`
				}
			}
		}
	}
	read := decodeYAML[object](t, filepath.Join(root, "examples/sign-in/aks-workload-identity/terraform.yaml"))
	if len(read) != 2 || read[0].Kind != "ServiceAccount" {
		t.Fatalf("there are %d objects, and the first is not the service account", len(read))
	}
	account, pod := read[0], read[1].Spec.Template
	if account.Metadata.Annotations["azure.workload.identity/client-id"] == "" || pod.Metadata.Labels["azure.workload.identity/use"] != "true" {
		t.Error("the cluster would set nothing in the pod")
	}
	if account.Metadata.Name != pod.Spec.ServiceAccountName || account.Metadata.Namespace != read[1].Metadata.Namespace {
		t.Error("the pod has another service account")
	}
	subject := "system:serviceaccount:" + account.Metadata.Namespace + ":" + account.Metadata.Name
	for _, file := range []string{"federated-credential.tf", "federated-credential.sh"} {
		if !strings.Contains(readFile(t, filepath.Join(root, "examples/sign-in/aks-workload-identity", file)), subject) {
			t.Errorf("%s is not for %s", file, subject)
		}
	}
}

// Guides explain errors by what they say, so they must say it.
func TestGuidesQuoteWhatTheProviderSays(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	for _, folder := range []string{"auth", "diagnostic", "provider"} {
		for _, file := range filesBelow(t, filepath.Join("../internal", folder), ".go") {
			if !strings.HasSuffix(file, "_test.go") {
				said.WriteString(unquote(readFile(t, file)))
			}
		}
	}
	quoted := 0
	for _, guide := range filesBelow(t, "../templates/guides", ".md.tmpl") {
		if !strings.HasPrefix(filepath.Base(guide), "sign-in-") {
			continue
		}
		for _, sentence := range quotedErrors(readFile(t, guide)) {
			quoted++
			if !strings.Contains(said.String(), sentence) {
				t.Errorf("%s: the provider does not say %q", filepath.Base(guide), sentence)
			}
		}
	}
	if quoted == 0 {
		t.Error("no guide quotes an error")
	}
}

// quotedErrors returns what is quoted in the first column of the tables of errors: sentences and codes of Entra's, but not
// the names of arguments.
func quotedErrors(guide string) []string {
	var quoted []string
	ofErrors := false
	for line := range strings.Lines(guide) {
		if !strings.HasPrefix(line, "|") {
			ofErrors = false
			continue
		}
		first := strings.Split(line, "|")[1]
		if strings.TrimSpace(first) == "Error" {
			ofErrors = true
		}
		for _, quote := range code.FindAllStringSubmatch(first, -1) {
			if ofErrors && (strings.Contains(quote[1], " ") || len(quote[1]) > len("AADSTS") && strings.HasPrefix(quote[1], "AADSTS")) {
				quoted = append(quoted, quote[1])
			}
		}
	}
	return quoted
}

var code = regexp.MustCompile("`([^`]+)`")

// unquote makes the texts in Go source readable: those that were broken into several are one again.
func unquote(source string) string {
	source = joint.ReplaceAllString(source, "")
	return strings.NewReplacer(`\"`, `"`, "%[1]s", "%s", "%q", "%s").Replace(source)
}

var joint = regexp.MustCompile(`"\s*\+\s*"`)

// decodeYAML reads all documents of a file.
func decodeYAML[T any](t *testing.T, file string) []T {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(readFile(t, file)))
	var documents []T
	for {
		var document T
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return documents
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		documents = append(documents, document)
	}
}

// filesBelow returns the files below a folder of examples/ that have an ending. There must be one.
func filesBelow(t *testing.T, folder, ending string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(filepath.Join(root, "examples", folder), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, ending) {
			found = append(found, path)
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("no file with the ending %s was found: %v", ending, err)
	}
	return slices.Clip(found)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
