// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

func TestInvokeSendsTheRequestOfThePowerShellModule(t *testing.T) {
	t.Parallel()
	s := serve(t, page("", `{"Name":"scope","Guid@data.type":"System.Guid","Guid":"22222222-2222-2222-2222-222222222222"}`))
	result, err := s.client(t).Invoke(t.Context(), adminapi.Command{
		Cmdlet:     "Get-ManagementScope",
		Parameters: adminapi.Parameters{"Identity": "scope"},
		Select:     []string{"Name", "Guid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &adminapi.Result{Rows: []adminapi.Row{{"Name": "scope", "Guid": "22222222-2222-2222-2222-222222222222"}}}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Error(diff)
	}
	request := s.asked()[0]
	for what, pair := range map[string][2]string{
		"method": {request.method, "POST"},
		"host":   {request.host, "outlook.office365.com"},
		"uri":    {request.uri, "/adminapi/beta/" + tenantID + "/InvokeCommand?$select=Name,Guid"},
		"body":   {request.body, `{"CmdletInput":{"CmdletName":"Get-ManagementScope","Parameters":{"Identity":"scope"}}}`},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %q, want %q", what, pair[0], pair[1])
		}
	}
	for name, value := range map[string]string{
		"Authorization":       "Bearer token-1",
		"Content-Type":        "application/json; charset=utf-8",
		"Accept":              "application/json",
		"Accept-Encoding":     "gzip",
		"Accept-Language":     "en-US",
		"Prefer":              "odata.maxpagesize=1000",
		"X-AnchorMailbox":     "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.com",
		"X-CmdletName":        "Get-ManagementScope",
		"X-ResponseFormat":    "json",
		"X-ClientApplication": "tests",
		"User-Agent":          "test/1",
	} {
		if got := request.header.Get(name); got != value {
			t.Errorf("header %s = %q, want %q", name, got, value)
		}
	}
}
