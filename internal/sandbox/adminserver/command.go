// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// command is what the body of InvokeCommand asks for.
type command struct {
	name string
	// parameters hold string, json.Number, bool, nil, []any and map[string]any
	// under the names as they were sent.
	parameters map[string]any
}

// maxBody is the largest request body that is read, in bytes.
const maxBody = 4 << 20

// readBody reads the body of a request.
func readBody(r *http.Request) ([]byte, *bindingError) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, payloadError(fmt.Sprintf("The request body can't be read, or has more than %d bytes.", maxBody))
	}
	return body, nil
}

// payloadError refuses a body. Its texts are not the service's.
func payloadError(text string) *bindingError {
	return &bindingError{class: "Microsoft.OData.ODataException", text: text}
}

// decodeCommand reads {"CmdletInput":{"CmdletName":…,"Parameters":{…}}}. The
// three names are case-sensitive, and Parameters must be an object: null is
// refused.
func decodeCommand(body []byte) (command, *bindingError) {
	noCommand := payloadError("The request body must be an object with CmdletInput, which has a CmdletName.")
	var envelope map[string]json.RawMessage
	if err := decodeStrict(body, &envelope); err != nil {
		return command{}, noCommand
	}
	var input map[string]json.RawMessage
	if err := json.Unmarshal(envelope["CmdletInput"], &input); err != nil {
		return command{}, noCommand
	}
	var name string
	if err := json.Unmarshal(input["CmdletName"], &name); err != nil || name == "" {
		return command{}, noCommand
	}
	raw, given := input["Parameters"]
	if !given {
		return command{name: name}, nil
	}
	parameters, refusal := decodeParameters(raw)
	return command{name: name, parameters: parameters}, refusal
}

// decodeParameters reads the object of parameters. Annotations, whose names
// have an @ in them, are left out.
func decodeParameters(raw []byte) (map[string]any, *bindingError) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var parameters map[string]any
	if err := decoder.Decode(&parameters); err != nil || parameters == nil {
		return nil, payloadError("The property Parameters must be an object.")
	}
	maps.DeleteFunc(parameters, func(name string, _ any) bool { return strings.Contains(name, "@") })
	return parameters, nil
}

// decodeStrict decodes one JSON value with nothing after it.
func decodeStrict(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the JSON value")
	}
	return nil
}

// parameter returns the value of a parameter by its name in any letter case,
// or nil.
func (c command) parameter(name string) any {
	for n, value := range c.parameters {
		if strings.EqualFold(n, name) {
			return value
		}
	}
	return nil
}

func (c command) parameterNames() []string {
	return slices.Sorted(maps.Keys(c.parameters))
}
