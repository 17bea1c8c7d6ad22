// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package exchange

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// memory is what a client remembers of what it read, until it writes something itself that may change it. A client lives
// as long as a run of Terraform, so nothing that it remembers is older. The zero memory is empty.
type memory struct {
	mu sync.Mutex
	// writes counts, by the cmdlet that reads, the commands that may have changed what it answers and came to their end.
	writes  map[string]int
	answers map[string]*answer // by the command that reads
	// untilListing is, by the cmdlet that lists a kind of object, when the next listing is worth its cost.
	untilListing map[string]*untilListing
	// byName has the cmdlets that do not take a GUID.
	byName map[string]bool
}

// answer is what a command was answered.
type answer struct {
	cmdlet string
	rows   []adminapi.Row
	came   time.Time

	indexing sync.Once
	index    map[string][]adminapi.Row
}

// recall is list for readers whom an answer of earlier in the run is good enough, unless this client has written what it
// may tell of. Failures are not remembered, and neither is that something was not found.
func (c *Client) recall(ctx context.Context, cmdlet string, parameters adminapi.Parameters) ([]adminapi.Row, error) {
	answer, err := c.recalled(ctx, cmdlet, parameters)
	if err != nil {
		return nil, err
	}
	return answer.rows, nil
}

func (c *Client) recalled(ctx context.Context, cmdlet string, parameters adminapi.Parameters) (*answer, error) {
	key := commandKey(cmdlet, parameters)
	if known, _ := c.memory.recall(cmdlet, key); known != nil {
		c.api.Came()
		return known, nil
	}
	return c.remembered(ctx, key, cmdlet, parameters)
}

// remembered runs a command that reads, and remembers the answer by key, where it lasts.
func (c *Client) remembered(ctx context.Context, key, cmdlet string, parameters adminapi.Parameters) (*answer, error) {
	known, begun := c.memory.recall(cmdlet, key)
	if known != nil {
		return known, nil
	}
	var rows []adminapi.Row
	var err error
	if cmdlet == "Get-MailboxPermission" {
		// There is one for each mailbox, and they are not asked for by those who are about to write.
		rows, err = c.patiently(ctx, cmdlet, parameters)
	} else {
		rows, err = c.rows(ctx, cmdlet, parameters)
	}
	if err != nil {
		return nil, err
	}
	fresh := &answer{cmdlet: cmdlet, rows: rows, came: time.Now()}
	if !c.uncached && fresh.lasts(parameters) {
		return c.memory.keep(key, fresh, begun), nil
	}
	return fresh, nil
}

// lasts reports whether an answer may be remembered. An empty list of all objects may, but not that an object was not
// found, which may soon be otherwise, and which the documentation warns may be said by a list of others.
func (a *answer) lasts(parameters adminapi.Parameters) bool {
	identity, one := parameters["Identity"].(string)
	switch {
	case len(parameters) == 0:
		return true
	case !one || a.cmdlet == "Get-MailboxPermission":
		return len(a.rows) > 0
	default:
		_, found, err := only(a.cmdlet, identity, a.rows, spelled(identity))
		return found && err == nil
	}
}

// rows runs a command that reads.
func (c *Client) rows(ctx context.Context, cmdlet string, parameters adminapi.Parameters) ([]adminapi.Row, error) {
	if len(parameters) == 0 {
		return c.all(ctx, cmdlet)
	}
	return c.list(ctx, cmdlet, parameters)
}

// commandKey tells commands apart.
func commandKey(cmdlet string, parameters adminapi.Parameters) string {
	if len(parameters) == 0 {
		return cmdlet
	}
	text, err := json.Marshal(parameters)
	if err != nil {
		panic(err) // parameters are texts, numbers, booleans and lists of texts
	}
	return cmdlet + " " + string(text)
}

// recall returns the answer to a command, or nil and what keep is to be told of an answer that is asked for now.
func (m *memory) recall(cmdlet, key string) (known *answer, begun int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.answers[key], m.writes[cmdlet]
}

// keep remembers an answer, unless something was written since it was asked for. Of those who waited for one answer
// together, the first keeps it, and the others get what it kept: to index the same rows takes time and room.
func (m *memory) keep(key string, fresh *answer, begun int) *answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.writes[fresh.cmdlet] != begun {
		return fresh
	}
	if kept := m.answers[key]; kept != nil {
		return kept
	}
	if m.answers == nil {
		m.answers = map[string]*answer{}
	}
	m.answers[key] = fresh
	return fresh
}

// goByName notes that a cmdlet found an object by its name which it had not found by its GUID.
func (m *memory) goByName(cmdlet string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byName == nil {
		m.byName = map[string]bool{}
	}
	m.byName[cmdlet] = true
}

// goesByName reports whether a cmdlet is known not to take a GUID.
func (m *memory) goesByName(cmdlet string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.byName[cmdlet]
}

// forget forgets what a cmdlet that wrote may have changed, whatever it was answered: it may have been carried out.
func (m *memory) forget(written string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.writes == nil {
		m.writes = map[string]int{}
	}
	for _, cmdlet := range changedBy(written) {
		m.writes[cmdlet]++
		maps.DeleteFunc(m.answers, func(_ string, known *answer) bool { return known.cmdlet == cmdlet })
		if p := m.untilListing[cmdlet]; p != nil && p.left == 0 {
			p.renew()
		}
	}
}

// changedBy returns the cmdlets that may answer something else once a cmdlet that writes has run. With a service
// principal go its assignments, and names are shown where their bearers are referred to.
func changedBy(written string) []string {
	switch _, noun, _ := strings.Cut(written, "-"); noun {
	case "ServicePrincipal":
		return []string{"Get-ServicePrincipal", "Get-ManagementRoleAssignment", "Get-MailboxPermission"}
	case "ManagementScope":
		return []string{"Get-ManagementScope", "Get-ManagementRoleAssignment"}
	case "OrganizationCustomization":
		// An organization that is customized gets roles and assignments of its own.
		return []string{"Get-ManagementScope", "Get-ManagementRoleAssignment", "Get-ManagementRole"}
	default:
		return []string{"Get-" + noun}
	}
}
