// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

// Package exchange offers Exchange Online's objects as typed calls, one file an object.
//
// It knows what the cmdlets mean and what their answers can look like; it knows nothing of Terraform or of HTTP.
// Errors are those of package adminapi, wrapped with what was tried; IsNotFound and IsAlreadyExists read them.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
)

// Client runs cmdlets in one tenant. It is safe for concurrent use.
type Client struct {
	api      *adminapi.Client
	progress Progress
	recent   recent
	memory   memory
	policies policies
	uncached bool // see Singly
}

// Progress is told in a sentence, every now and then, what a long wait waits for, and what was done about an answer that
// was lost. It is called from many goroutines.
type Progress func(ctx context.Context, sentence string)

// An Option changes how New sets a client up.
type Option func(*Client)

// ReportTo has a client tell of its progress. Without it, it waits in silence.
func ReportTo(progress Progress) Option {
	return func(c *Client) { c.progress = progress }
}

// Singly has a client send a request for each object whenever it is read: nothing is listed to be read from, shared, sent
// in batches or remembered. It is for measuring what all of that saves.
func Singly() Option {
	return func(c *Client) { c.uncached = true }
}

// New returns a client that sends its cmdlets through api.
func New(api *adminapi.Client, options ...Option) *Client {
	c := &Client{api: api}
	for _, option := range options {
		option(c)
	}
	return c
}

// report tells of what takes its time.
func (c *Client) report(ctx context.Context, sentence string) {
	if c.progress != nil {
		c.progress(ctx, sentence)
	}
}

// IsNotFound reports whether err is the service's own word that the object asked for does not exist.
// An answer that failed for any other reason is never absence, and neither is one about another object or a wait that
// ended too early.
func IsNotFound(err error) bool {
	var ended waitEnded
	var another ofAnother
	return adminapi.ClassOf(err) == adminapi.NotFound && !errors.As(err, &ended) && !errors.As(err, &another)
}

// ofAnother is a not-found error that names nothing of what was asked for.
type ofAnother struct{ error }

func (e ofAnother) Unwrap() error { return e.error }

// IsAlreadyExists reports whether err says that an object of the same name or ids is there already.
func IsAlreadyExists(err error) bool {
	return adminapi.ClassOf(err) == adminapi.AlreadyExists
}

// errEmptyIdentity guards every call that names an object: Exchange takes an empty Identity for "all of them".
var errEmptyIdentity = errors.New("the identity is empty, and Exchange would take that for every object, so nothing was sent")

// get runs a Get cmdlet for one identity and returns the row that is the object asked for, as same tells.
//
// The documentation of every Get cmdlet warns that an identity which does not exist may be answered with all objects,
// so a row is believed only when same accepts it. Absence is believed only from the service's own not-found or, where
// identity was answered with other rows, from a complete listing.
func (c *Client) get(ctx context.Context, cmdlet, identity string, same func(adminapi.Row) bool) (adminapi.Row, error) {
	return c.getBy(ctx, c.list, cmdlet, identity, same)
}

// asking is how a cmdlet that reads is run: by list, or by recall.
type asking func(ctx context.Context, cmdlet string, parameters adminapi.Parameters) ([]adminapi.Row, error)

// getBy is get for those whom a remembered answer may be good enough.
func (c *Client) getBy(ctx context.Context, ask asking, cmdlet, identity string, same func(adminapi.Row) bool) (adminapi.Row, error) {
	if identity == "" {
		return adminapi.Row{}, fmt.Errorf("%s: %w", cmdlet, errEmptyIdentity)
	}
	rows, err := ask(ctx, cmdlet, adminapi.Parameters{"Identity": identity})
	if err != nil {
		return adminapi.Row{}, err
	}
	row, found, err := only(cmdlet, identity, rows, same)
	if err != nil || found {
		return row, err
	}
	return c.search(ctx, cmdlet, identity, same)
}

// locate is get for an object that may have another identity by now, or be known by another spelling of it: where
// identity is refused as not found, too, the listing of all decides whether there is one that same accepts. Errors call
// it key.
func (c *Client) locate(ctx context.Context, cmdlet, identity, key string, same func(adminapi.Row) bool) (adminapi.Row, error) {
	rows, err := c.list(ctx, cmdlet, adminapi.Parameters{"Identity": identity})
	if err != nil && !IsNotFound(err) {
		return adminapi.Row{}, err
	}
	row, found, err := only(cmdlet, key, rows, same)
	if err != nil || found {
		return row, err
	}
	return c.search(ctx, cmdlet, key, same)
}

// search lists every object that cmdlet knows and returns the one that same accepts.
func (c *Client) search(ctx context.Context, cmdlet, identity string, same func(adminapi.Row) bool) (adminapi.Row, error) {
	rows, err := c.all(ctx, cmdlet)
	if err != nil {
		return adminapi.Row{}, err
	}
	row, found, err := only(cmdlet, identity, rows, same)
	if err != nil || found {
		return row, err
	}
	return adminapi.Row{}, unlisted(cmdlet, identity, len(rows))
}

// all lists every object that cmdlet knows. Some tenants answer the list of application access policies, where there is
// none, with the not-found error; that is an empty list.
func (c *Client) all(ctx context.Context, cmdlet string) ([]adminapi.Row, error) {
	rows, err := c.list(ctx, cmdlet, nil)
	if cmdlet == "Get-ApplicationAccessPolicy" && adminapi.ClassOf(err) == adminapi.NotFound {
		return nil, nil
	}
	return rows, err
}

// list runs a cmdlet that reads. Reads that are under way at a time leave in batches.
func (c *Client) list(ctx context.Context, cmdlet string, parameters adminapi.Parameters) ([]adminapi.Row, error) {
	return c.read(ctx, cmdlet, parameters, false)
}

// patiently is list for those who are not about to write, and read many objects: see adminapi.Command.
func (c *Client) patiently(ctx context.Context, cmdlet string, parameters adminapi.Parameters) ([]adminapi.Row, error) {
	return c.read(ctx, cmdlet, parameters, true)
}

// read is list for readers who may be patient: see adminapi.Command.
func (c *Client) read(ctx context.Context, cmdlet string, parameters adminapi.Parameters, patient bool) ([]adminapi.Row, error) {
	if parameters == nil {
		parameters = adminapi.Parameters{}
	}
	command := adminapi.Command{Cmdlet: cmdlet, Parameters: parameters, Idempotent: idempotent(cmdlet, parameters), Patient: patient}
	if cmdlet == "Get-Mailbox" {
		command.Select = mailboxProperties()
	}
	invoke := c.api.InvokeShared
	if c.uncached {
		invoke = c.api.Invoke
	}
	result, err := invoke(ctx, command)
	if err != nil {
		return nil, about(parameters, err)
	}
	return result.Rows, nil
}

// only returns the one row that same accepts; two are an ambiguity, not a choice.
func only(cmdlet, identity string, rows []adminapi.Row, same func(adminapi.Row) bool) (adminapi.Row, bool, error) {
	var match adminapi.Row
	matches := 0
	for _, row := range rows {
		if same(row) {
			match = row
			matches++
		}
	}
	if matches > 1 {
		return adminapi.Row{}, false, &adminapi.Error{
			Cmdlet:  cmdlet,
			Class:   adminapi.Ambiguous,
			Message: fmt.Sprintf("'%s' matches %d objects", identity, matches),
		}
	}
	return match, matches == 1, nil
}

// named accepts rows of which one of the properties is identity. Directory names, GUIDs and DNs fold case.
func named(identity string, properties ...string) func(adminapi.Row) bool {
	return func(row adminapi.Row) bool {
		for _, property := range properties {
			if value := row.Text(property); value != "" && strings.EqualFold(value, identity) {
				return true
			}
		}
		return false
	}
}

// ofGUID accepts the object with this GUID.
func ofGUID(guid string) func(adminapi.Row) bool { return named(guid, "Guid", "ExchangeObjectId") }

// guidOf returns an object's own GUID, lower case. Guid and ExchangeObjectId hold the same value.
func guidOf(row adminapi.Row) string {
	return strings.ToLower(row.Text("Guid", "ExchangeObjectId"))
}

// isGUID reports whether text is a GUID as Exchange spells it. uuid also takes braces, a urn: prefix and 32 bare digits,
// which Exchange does not.
func isGUID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }

// run runs a cmdlet whose rows do not matter.
func (c *Client) run(ctx context.Context, cmdlet string, parameters adminapi.Parameters) error {
	_, err := c.invoke(ctx, cmdlet, parameters)
	return err
}

// invoke runs a cmdlet that writes.
func (c *Client) invoke(ctx context.Context, cmdlet string, parameters adminapi.Parameters) (*adminapi.Result, error) {
	result, err := c.api.Invoke(ctx, adminapi.Command{Cmdlet: cmdlet, Parameters: parameters, Idempotent: idempotent(cmdlet, parameters)})
	c.memory.forget(cmdlet)
	return result, about(parameters, err)
}

// about returns err, and marks one that says that something was not found and names none of a command's parameters.
func about(parameters adminapi.Parameters, err error) error {
	if adminapi.ClassOf(err) == adminapi.NotFound && !namesAny(err, parameters) {
		return ofAnother{err}
	}
	return err
}

// Says reports whether err is an answer of Exchange's that has some words in it. Whether it is about an object, Names tells.
// Letter case does not count, and neither does white space: texts of errors have one space for each run of it.
func Says(err error, words string) bool {
	var answer *adminapi.Error
	words = strings.Join(strings.Fields(words), " ")
	return errors.As(err, &answer) && strings.Contains(strings.ToLower(answer.Message), strings.ToLower(words))
}

// Names reports whether err is an answer of Exchange's about the object that identity names, which it quotes: by itself, or
// behind the organization. Where an answer quotes nothing, it is enough that the identity is in it as a word of its own.
// A name may be part of any text: that of another object, or a single letter.
func Names(err error, identity string) bool {
	var answer *adminapi.Error
	identity = strings.ToValidUTF8(strings.Join(strings.Fields(identity), " "), "")
	if identity == "" || !errors.As(err, &answer) {
		return false
	}
	form := `(^|[^\pL\pN])%s($|[^\pL\pN])`
	if quotation().MatchString(answer.Message) {
		form = `['"\\]%s['"]`
	}
	return regexp.MustCompile("(?i)" + fmt.Sprintf(form, regexp.QuoteMeta(identity))).MatchString(answer.Message)
}

// quotation finds where something is quoted. An apostrophe follows a letter.
var quotation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(^|[^\pL\pN])['"]`) })

// namesAny reports whether a not-found error is about one of a command's parameters.
func namesAny(err error, parameters adminapi.Parameters) bool {
	for _, parameter := range parameters {
		if text, ok := parameter.(string); ok && Names(err, text) {
			return true
		}
	}
	return false
}

// idempotent reports whether running a cmdlet twice does what running it once does. Those that set a property do, as
// they are given its value, and those that give and take the rights of a mailbox, which only warn where there is nothing
// to do. A Remove may name its object by a name that another one has taken by the second time, and so does a Set that
// renames.
func idempotent(cmdlet string, parameters adminapi.Parameters) bool {
	switch verb, _, _ := strings.Cut(cmdlet, "-"); verb {
	case "Get", "Test", "Enable":
		return true
	case "Set":
		_, renames := parameters["Name"]
		return !renames
	default:
		return cmdlet == "Add-MailboxPermission" || cmdlet == "Remove-MailboxPermission"
	}
}
