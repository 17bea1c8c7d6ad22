// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package fault

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// An Answer is an HTTP answer.
type Answer struct {
	// Status is the HTTP status; zero stands for no answer at all.
	Status int
	// Header has one value a name.
	Header map[string]string
	Body   []byte
	// Raw says that the body goes out as it is, whatever encodings the client
	// takes and the header declares.
	Raw bool
}

// encoded returns the answer with a declared encoding and a body that is sent
// as it is. Without a body there is nothing to declare.
func (a Answer) encoded(encoding string) Answer {
	if len(a.Body) == 0 {
		return a
	}
	a.Header = maps.Clone(a.Header)
	if a.Header == nil {
		a.Header = map[string]string{}
	}
	delete(a.Header, "Content-Encoding")
	if encoding != "" {
		a.Header["Content-Encoding"] = encoding
	}
	a.Raw = true
	return a
}

func compressed(body []byte) []byte {
	var buffer bytes.Buffer
	compressor := gzip.NewWriter(&buffer)
	_, _ = compressor.Write(body) // A buffer takes everything.
	_ = compressor.Close()
	return buffer.Bytes()
}

// nextLink finds the link to the next page in a body of OData.
var nextLink = regexp.MustCompile(`"@odata\.nextLink":("(?:[^"\\]|\\.)*")`)

// relink replaces the link to the next page, if there is one.
func relink(body []byte, change func(string) string) []byte {
	return nextLink.ReplaceAllFunc(body, func(found []byte) []byte {
		var link string
		if json.Unmarshal(nextLink.FindSubmatch(found)[1], &link) != nil {
			return found
		}
		return append([]byte(`"@odata.nextLink":`), quoted(change(link))...)
	})
}

// quoted is a text as JSON writes it.
func quoted(text string) []byte {
	content, _ := json.Marshal(text) // A string can always be written.
	return content
}

// brokenLink gives a link a token that no service has issued.
func brokenLink(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	values := u.Query()
	values.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte("a token of nobody")))
	u.RawQuery = values.Encode()
	return u.String()
}

// A RetryAfter is a Retry-After header. The zero RetryAfter is none.
type RetryAfter struct {
	wait time.Duration
	form string
}

// The forms of a Retry-After header. Whole seconds are documented of Graph, a
// client of Exchange's reads decimals, and HTTP knows dates.
const (
	inSeconds  = "seconds"
	inDecimals = "decimal"
	asDate     = "date"
)

// Seconds asks for a wait in whole seconds, rounded up.
func Seconds(wait time.Duration) RetryAfter { return RetryAfter{wait, inSeconds} }

// Decimal asks for a wait in seconds with a fraction.
func Decimal(wait time.Duration) RetryAfter { return RetryAfter{wait, inDecimals} }

// Date asks for a wait until a date, which has whole seconds and is rounded up.
func Date(wait time.Duration) RetryAfter { return RetryAfter{wait, asDate} }

// String names the header, as in "Retry-After 2s as date".
func (a RetryAfter) String() string {
	if a.form == "" {
		return "no Retry-After"
	}
	return "Retry-After " + a.wait.String() + " as " + a.form
}

func (a RetryAfter) value(now time.Time) string {
	switch a.form {
	case inSeconds:
		return strconv.Itoa(int(math.Ceil(a.wait.Seconds())))
	case inDecimals:
		return strconv.FormatFloat(a.wait.Seconds(), 'f', -1, 64)
	case asDate:
		return now.Add(a.wait + time.Second - 1).Truncate(time.Second).UTC().Format(http.TimeFormat)
	default:
		return ""
	}
}

// A Form is a form of an error's body.
type Form string

// The forms of bodies.
const (
	// JSON is the error envelope of the service that is asked.
	JSON Form = "json"
	// HTML is a page of a proxy's.
	HTML Form = "html"
	// Text is plain text.
	Text Form = "text"
)

// Status answers an HTTP status and nothing else of interest. 408, 502, 503 and
// 504 come from in front of the service, before the token is looked at; others
// from the service. The texts are made up.
func Status(status int, form Form) Fault {
	f := Fault{name: fmt.Sprintf("%d %s", status, strings.ToUpper(string(form))), at: admitted}
	switch status {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.at = atDoor
	}
	f.answer = func(c Call, now time.Time) Answer {
		text := http.StatusText(status)
		switch form {
		case HTML:
			return page(status)
		case Text:
			return plain(status, text)
		default:
			return c.refuse(status, strings.ReplaceAll(text, " ", ""), text+".", now)
		}
	}
	return f
}

// Answering gives an answer of the caller's making in the place of the service,
// after the token was looked at. Its body goes out as it is.
func Answering(name string, answer Answer) Fault {
	answer.Raw = true
	return answering(name, admitted, func(Call, time.Time) Answer { return answer })
}

func plain(status int, text string) Answer {
	return Answer{Status: status, Header: map[string]string{"Content-Type": "text/plain"}, Body: []byte(text), Raw: true}
}

func page(status int) Answer {
	title := fmt.Sprintf("%d - %s", status, http.StatusText(status))
	body := "<html><head><title>" + title + "</title></head><body><h1>" + title + "</h1></body></html>"
	return Answer{Status: status, Header: map[string]string{"Content-Type": "text/html"}, Body: []byte(body), Raw: true}
}

// refuse answers an error in the envelope of the service that was asked.
func (c Call) refuse(status int, code, message string, now time.Time) Answer {
	var body string
	switch c.Service {
	case Graph:
		body = fmt.Sprintf(`{"error":{"code":%s,"message":%s,"innerError":{"date":%s,"request-id":"99999999-9999-4999-9999-999999999999","client-request-id":%s}}}`,
			quoted(code), quoted(message), quoted(now.UTC().Format("2006-01-02T15:04:05")), quoted(c.requestID))
	case Entra:
		// Entra has a number for every error; 90033 is the one for errors that pass.
		body = fmt.Sprintf(`{"error":"temporarily_unavailable","error_description":%s,"error_codes":[90033],"timestamp":%s}`,
			quoted("AADSTS90033: A transient error has occurred. Please try again. "+message), quoted(now.UTC().Format("2006-01-02 15:04:05Z")))
	default:
		body = fmt.Sprintf(`{"error":{"code":%[1]s,"message":%[2]s,"innererror":{"message":%[2]s,"type":"Microsoft.Exchange.Admin.OData.Core.ODataServiceException"}}}`,
			quoted(code), quoted(message))
	}
	return jsonAnswer(status, body)
}

func jsonAnswer(status int, body string) Answer {
	return Answer{
		Status: status,
		Header: map[string]string{"Content-Type": "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},
		Body:   []byte(body), Raw: true,
	}
}
