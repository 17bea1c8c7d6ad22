// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// statement is what the service says went wrong.
type statement struct {
	id       string
	typeName string
	text     string
	raw      string // what text and type were taken from
}

// maxNesting bounds the errors within errors that are read.
const maxNesting = 4

// parseError reads an answer that is not the cmdlet's output. Whatever the body
// is, there is an error; token is kept out of it.
func parseError(status int, header http.Header, body []byte, token string) *Error {
	e := newError(status, header, token)
	said := statement{}
	envelope, err := decodeObject(body)
	if failure := envelope.object("error"); err == nil && failure != nil {
		e.formed = true
		e.Code = clean(failure.Text("code"), maxNameLength, token)
		said = readError(failure, 0)
		e.Message = clean(said.text, maxTextLength, token)
	} else {
		// Not Exchange's own form: a plain sentence, a proxy's page, NUL bytes.
		said.text = oneLine(string(body))
		said.raw = said.text
		e.Message = clean(said.text, maxRawLength, token)
	}
	if said.typeName == "" {
		said.typeName = e.Type
	}
	e.ID = clean(said.id, maxNameLength, token)
	e.Type = clean(said.typeName, maxNameLength, token)
	e.Class = classify(e, said)
	return e
}

// readError reads an "error" object. Its message is generic ("Error executing
// cmdlet"); what went wrong is in the details of an error of the cmdlet's, and
// in the inner error of one before it ran, such as a parameter that is unknown.
func readError(failure Row, depth int) statement {
	inner := failure.object("innererror")
	cause := inner.object("internalexception")
	for n := 0; n < maxNesting && cause.object("internalexception") != nil; n++ {
		cause = cause.object("internalexception")
	}
	detail := failure.object("details")
	if text := detail.Text("message"); text != "" {
		said := readDetail(text, depth)
		if said.typeName == "" && !isWrapper(lastPart(cause.Text("type"))) {
			said.typeName = cause.Text("type")
		}
		return said
	}
	text, typeName := cause.Text("message"), cause.Text("type")
	if text == "" {
		text, typeName = failure.Text("message"), inner.Text("type")
	}
	if text == "" {
		text = inner.Text("message")
	}
	return statement{typeName: typeName, text: text, raw: text}
}

// statementID is the form of an error text's id.
var statementID = pattern(`^Ex[0-9A-Fa-f]{6}$`)

// dottedName is the form of a .NET type's name.
var dottedName = pattern(`^[A-Za-z_][\w+]*(\.[A-Za-z_][\w+]*)*$`)

// readDetail reads the message of an error's details. It comes as
// "id|type|text", of which id and type may be empty, as a JSON object in a
// string, or as plain text. Any of them may hold another error.
func readDetail(message string, depth int) statement {
	message = strings.TrimSpace(message)
	said := statement{text: message, raw: message}
	if depth >= maxNesting {
		return said
	}
	if strings.HasPrefix(message, "{") {
		if exception, err := decodeObject([]byte(message)); err == nil {
			return readException(exception, message, depth)
		}
	}
	parts := strings.SplitN(message, "|", 3)
	if len(parts) == 3 && (parts[0] == "" || statementID().MatchString(parts[0])) &&
		(parts[1] == "" || dottedName().MatchString(parts[1])) {
		said.id, said.typeName, said.text = parts[0], parts[1], strings.TrimSpace(parts[2])
	}
	if isWrapper(lastPart(said.typeName)) {
		if inner, ok := innerStatement(said.text, depth); ok {
			inner.raw = message
			return inner
		}
	}
	return said
}

// readException reads an exception that was made into JSON. Two spellings are
// about: a .NET exception's own (ClassName, with the text's id in
// localizedString), and TypeName.
func readException(exception Row, message string, depth int) statement {
	said := statement{
		id:       exception.object("localizedString").Text("stringId", "StringId"),
		typeName: exception.Text("TypeName", "typeName", "ClassName", "className"),
		text:     exception.Text("Message", "message"),
		raw:      message,
	}
	if failure := exception.object("error"); failure != nil {
		said = readError(failure, depth+1)
		said.raw = message
		return said
	}
	for _, name := range []string{"InnerError", "innerError", "InnerException", "innerException"} {
		inner := exception.object(name)
		if inner == nil || said.text != "" && !isWrapper(lastPart(said.typeName)) {
			continue
		}
		if depth+1 < maxNesting {
			if deeper := readException(inner, message, depth+1); deeper.text != "" {
				return deeper
			}
		}
	}
	deeper := readDetail(said.text, depth+1)
	if deeper.text != said.text {
		if deeper.id == "" {
			deeper.id = said.id
		}
		if deeper.typeName == "" {
			deeper.typeName = said.typeName
		}
		deeper.raw = message
		return deeper
	}
	return said
}

// innerStatement returns the error that another server's answer holds: one
// server passes another's on as text in front of its JSON.
func innerStatement(text string, depth int) (statement, bool) {
	start := strings.Index(text, "{")
	if start < 0 {
		return statement{}, false
	}
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(text[start:]))
	decoder.UseNumber()
	if decoder.Decode(&object) != nil {
		return statement{}, false
	}
	failure := Row(object).object("error")
	if failure == nil {
		return statement{}, false
	}
	said := readError(failure, depth+1)
	return said, said.text != ""
}

// isContextError reports whether err is a context's end.
func isContextError(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
