// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// pageSize is the largest page the service gives.
const pageSize = "1000"

// Command is a cmdlet to invoke.
type Command struct {
	// Cmdlet is its name, such as Get-ManagementScope.
	Cmdlet string
	// Parameters are its parameters.
	Parameters Parameters
	// Select names the properties wanted of each object: all of them where empty.
	Select []string
	// Idempotent says that running the command twice does what running it once
	// does, and that the second answer is as good as the first. Such a command is
	// sent again when nobody can tell whether it ran. Others are sent again only
	// where they surely did not run.
	Idempotent bool
	// Patient has a read that is shared wait for others while they are known to be
	// about to come: five seconds at most, no more than a tenth of the time until the
	// context's deadline, and hardly at all where nobody is. It is for reads of many
	// objects by workers who have something else to do meanwhile.
	Patient bool
}

// Parameters are a cmdlet's parameters by name. Names fold case at the service.
//
// A value is nil (PowerShell's $null), a bool (also for a switch), a string, an
// int, int32 or int64, or a []string. A nil slice is an empty list, not $null.
type Parameters map[string]any

// call is one invocation of a cmdlet: what all its requests have in common.
type call struct {
	cmdlet     string
	id         string // client-request-id
	path       string
	query      string
	anchor     string
	body       []byte
	cookies    *callCookies
	idempotent bool
	turn       uint64 // the calls before it
	// patience returns when the last of those who wait for the call gives up, if
	// that is known. Where it is nil, the context's deadline tells.
	patience func() (time.Time, bool)
	// refused is the token that was refused to the call within a batch, and claims
	// are those that were asked for, until there is another token.
	refused, claims string
	// items are the calls that this one carries, where it is a batch.
	items []*call
}

func newCall(command Command, cookies http.CookieJar) (*call, error) {
	if !cmdletName().MatchString(command.Cmdlet) {
		return nil, fmt.Errorf("%q is not the name of a cmdlet", command.Cmdlet)
	}
	body, err := encodeBody(command)
	if err != nil {
		return nil, fmt.Errorf("%s was not sent: %w", command.Cmdlet, err)
	}
	return &call{
		cmdlet:     command.Cmdlet,
		id:         uuid.NewString(),
		query:      selectQuery(command.Select),
		body:       body,
		cookies:    newCallCookies(cookies),
		idempotent: command.Idempotent,
	}, nil
}

// on returns the URL of the call on a host.
func (c *call) on(host string) *url.URL {
	return &url.URL{Scheme: "https", Host: host, Path: c.path, RawQuery: c.query}
}

// deadline returns when nobody waits for the call any more, if that is known.
func (c *call) deadline(ctx context.Context) (time.Time, bool) {
	if c.patience != nil {
		return c.patience()
	}
	return ctx.Deadline()
}

// writes reports whether the cmdlet may change something: all may but those that
// get and test.
func (c *call) writes() bool {
	verb, _, _ := strings.Cut(c.cmdlet, "-")
	return !strings.EqualFold(verb, "Get") && !strings.EqualFold(verb, "Test")
}

var cmdletName = pattern(`^[A-Za-z]+-[A-Za-z0-9]+$`)

func selectQuery(properties []string) string {
	if len(properties) == 0 {
		return ""
	}
	escaped := make([]string, len(properties))
	for i, property := range properties {
		escaped[i] = url.QueryEscape(property)
	}
	return "$select=" + strings.Join(escaped, ",")
}

// headers returns the headers of each of the call's requests but Authorization,
// spelled as the PowerShell module spells them. A batch has those of a cmdlet with
// another Prefer, as the module's has.
func (c *Client) headers(call *call) map[string]string {
	headers := map[string]string{
		"Content-Type": "application/json; charset=utf-8",
		"Accept":       "application/json",
		// Set by us, so that net/http leaves the body alone: Exchange declares
		// bodies gzip that are not.
		"Accept-Encoding": "gzip",
		// The language of the texts that errors are told apart by.
		"Accept-Language":   "en-US",
		"Prefer":            "odata.maxpagesize=" + pageSize,
		"X-AnchorMailbox":   call.anchor,
		"X-CmdletName":      call.cmdlet,
		"X-ResponseFormat":  "json",
		"client-request-id": call.id,
		"connection-id":     c.connectionID,
		// An empty one keeps net/http from sending its own.
		"User-Agent": c.config.UserAgent,
	}
	if n := len(call.items); n > 0 {
		headers["Prefer"] = continueOnError
		headers["X-CmdletName"] = call.items[n-1].cmdlet
	}
	if c.config.Application != "" {
		headers["X-ClientApplication"] = c.config.Application
	}
	return headers
}

// encodeBody returns the JSON of a command, spelled as the PowerShell module
// spells it.
func encodeBody(command Command) ([]byte, error) {
	parameters := make(map[string]any, len(command.Parameters)+1)
	for name, value := range command.Parameters {
		if isFilter(name) {
			if text, ok := value.(string); ok {
				value = spellBooleans(text)
			}
		}
		if err := checkIdentity(name, value); err != nil {
			return nil, err
		}
		encoded, err := encodeValue(value)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		parameters[name] = encoded
	}
	type input struct {
		CmdletName string
		Parameters map[string]any
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(struct{ CmdletInput input }{input{command.Cmdlet, parameters}})
	if err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n")), nil
}

// checkIdentity refuses an Identity that is there and empty: a Get cmdlet takes
// it for none at all and answers with every object of the tenant.
func checkIdentity(name string, value any) error {
	if !strings.EqualFold(name, "Identity") {
		return nil
	}
	text, isText := value.(string)
	if value == nil || isText && strings.TrimSpace(text) == "" {
		return errors.New("its Identity is empty, which Exchange takes for every object")
	}
	return nil
}

// isFilter reports whether the PowerShell module respells the booleans of the
// parameter. RecipientRestrictionFilter is not among these.
func isFilter(parameter string) bool {
	switch strings.ToLower(parameter) {
	case "filter", "recipientpreviewfilter", "recipientfilter":
		return true
	}
	return false
}

var filterBoolean = pattern(`(?i)\$(true|false)`)

// spellBooleans writes $true and $false of a filter as the strings that the
// service, which has no PowerShell variables, can read.
func spellBooleans(filter string) string {
	return filterBoolean().ReplaceAllStringFunc(filter, func(boolean string) string {
		if strings.EqualFold(boolean, "$true") {
			return "'True'"
		}
		return "'False'"
	})
}

// encodeValue returns what stands for value in JSON.
func encodeValue(value any) (any, error) {
	switch value := value.(type) {
	case nil, bool, string, int, int32, int64:
		return value, nil
	case []string:
		// A nil slice would be null, which clears a value.
		return append([]string{}, value...), nil
	}
	return nil, fmt.Errorf("a value of type %T has no form on the wire", value)
}
