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

// readCommand reads the body of a request.
func readCommand(r *http.Request) (command, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return command{}, fmt.Errorf("the request body can't be read: %w", err)
	case len(body) > maxBody:
		return command{}, fmt.Errorf("the request body is larger than %d bytes", maxBody)
	default:
		return decodeCommand(body)
	}
}

var errNoCommand = errors.New("The parameter 'CmdletInput' in the request payload is not a valid parameter for the operation 'InvokeCommand'.") //nolint:staticcheck // It is the service's text, shown as it is.

// decodeCommand reads {"CmdletInput":{"CmdletName":…,"Parameters":{…}}}. The
// three names are case-sensitive, and Parameters must be an object: null is
// refused. The words of the refusals are not the service's.
func decodeCommand(body []byte) (command, error) {
	var envelope map[string]json.RawMessage
	if err := decodeStrict(body, &envelope); err != nil {
		return command{}, errNoCommand
	}
	var input map[string]json.RawMessage
	if err := json.Unmarshal(envelope["CmdletInput"], &input); err != nil || input == nil {
		return command{}, errNoCommand
	}
	var name string
	if err := json.Unmarshal(input["CmdletName"], &name); err != nil || name == "" {
		return command{}, errNoCommand
	}
	raw, ok := input["Parameters"]
	if !ok {
		return command{name: name, parameters: map[string]any{}}, nil
	}
	parameters, err := decodeParameters(raw)
	if err != nil {
		return command{}, err
	}
	return command{name: name, parameters: parameters}, nil
}

var errParametersNoObject = errors.New("The property 'Parameters' must be an object.") //nolint:staticcheck // It is shown as a service's text.

// decodeParameters reads the object of parameters. Annotations, whose names
// have an @ in them, are left out.
func decodeParameters(raw []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var parameters map[string]any
	if err := decoder.Decode(&parameters); err != nil || parameters == nil {
		return nil, errParametersNoObject
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
