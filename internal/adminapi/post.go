// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// maxRedirects bounds the hosts that one request is sent on to.
	maxRedirects = 8
	// requestTimeout bounds one request. The service gives a cmdlet 15 minutes.
	requestTimeout = 16 * time.Minute
)

// sending is one attempt to read a page.
type sending struct {
	page, attempt int
	waited        time.Duration // since there was nothing else to wait for
	limit         int           // of requests in flight
	perSecond     float64       // requests that may leave, or 0
}

// post sends the call's request to target and returns the answer that is neither
// a redirect nor, if a new token helps, a 401.
func (c *Client) post(ctx context.Context, call *call, target *url.URL, sending sending) (*answer, error) {
	token, err := c.token(ctx, call, call.claims, call.refused)
	if err != nil {
		return nil, err
	}
	refused := call.refused != ""
	call.claims, call.refused = "", ""
	for hops := 0; ; {
		answer, err := c.send(ctx, call, target, token, sending)
		if err != nil {
			return nil, err
		}
		sending.waited = 0
		switch {
		case redirected(answer.status):
			if hops++; hops > maxRedirects {
				return nil, astray(answer, fmt.Errorf("Exchange redirected the request more than %d times", maxRedirects)).of(call)
			}
			target, err = c.redirect(answer)
			if err != nil {
				return nil, astray(answer, fmt.Errorf("Exchange redirected the request: %w", err)).of(call)
			}
		case answer.status == http.StatusUnauthorized && !refused:
			refused = true
			fresh, err := c.token(ctx, call, claimsChallenge(answer.header), token)
			if err != nil {
				return nil, fmt.Errorf("%w (after this answer: %w)", err, answer.failure(call))
			}
			if fresh == token {
				return answer, nil
			}
			token = fresh
		default:
			if hops > 0 {
				c.settle(target, answer.status)
			}
			return answer, nil
		}
	}
}

// astray returns the error of a redirect that was not followed.
func astray(answer *answer, reason error) *Error {
	e := newError(answer.status, answer.header, answer.token)
	e.Message = clean(reason.Error(), maxTextLength, answer.token)
	return e
}

// token returns a token for Exchange.
func (c *Client) token(ctx context.Context, call *call, claims, refused string) (string, error) {
	token, err := c.config.Tokens.Token(ctx, c.config.Cloud.ExchangeScope, claims, refused)
	if err != nil {
		return "", fmt.Errorf("%s: there is no access token for Exchange: %w", call.cmdlet, err)
	}
	return token, nil
}

// redirect returns where a redirecting answer leads.
func (c *Client) redirect(answer *answer) (*url.URL, error) {
	location := answer.header.Get("Location")
	target, err := answer.url.Parse(location)
	if location == "" || err != nil {
		return nil, errors.New("it did not say where to")
	}
	if target.Port() == "446" {
		// The port between Exchange's own servers, which slips into some
		// redirects. The same host answers on 443.
		target.Host = target.Host[:len(target.Host)-len(":446")]
	}
	target.Fragment = ""
	if err := c.mayHaveToken(target); err != nil {
		return nil, err
	}
	return target, nil
}

// settle has later calls begin where a request was redirected to, once the host
// there is known to answer.
func (c *Client) settle(target *url.URL, status int) {
	if status >= http.StatusInternalServerError {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.host = target.Host
}

// send makes one HTTP request and reads its answer whole.
func (c *Client) send(ctx context.Context, call *call, target *url.URL, token string, sending sending) (*answer, error) {
	began := time.Now()
	connection := &connection{}
	received, err := c.exchange(connection.watch(ctx), call, target, token)
	if err == nil && call.items != nil {
		received.unpack(call)
	}
	if c.config.Observe != nil {
		o := Observation{
			Cmdlet:          call.name(),
			Page:            sending.page,
			Attempt:         sending.attempt,
			Waited:          sending.waited,
			Limit:           sending.limit,
			PerSecond:       sending.perSecond,
			Host:            target.Host,
			Duration:        time.Since(began),
			ClientRequestID: call.id,
		}
		if received != nil {
			o.Status = received.status
			o.RequestID = received.requestID()
		}
		o.Items = observed(call, received)
		if err != nil {
			o.Err = clean(err.Error(), maxTextLength, token)
		}
		c.config.Observe(ctx, o)
	}
	if errors.Is(err, errBodyTooLarge) {
		// Another one would be as large.
		e := received.reject(err.Error())
		e.tooMuch = true
		return nil, e.of(call)
	}
	if err != nil {
		e := lost(received, err)
		e.unsent = received == nil && (connection.missing() || isDial(err))
		if e.unsent && !isContextError(err) {
			e.Unreached = target.Host
		}
		return nil, e.of(call)
	}
	c.heed(received)
	for _, item := range received.items {
		c.heed(item)
	}
	return received, nil
}

// heed closes the gate where an answer says that no request is left for now.
func (c *Client) heed(received *answer) {
	if received == nil {
		return
	}
	if wait := quotaWait(received.header); wait > 0 {
		c.gate.rest(time.Now().Add(wait))
	}
}

// exchange makes one HTTP request. With an error it returns what there is of an
// answer, or nil.
func (c *Client) exchange(ctx context.Context, call *call, target *url.URL, token string) (*answer, error) {
	requestContext, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	body, err := c.body(call, target, token)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(requestContext, http.MethodPost, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range c.headers(call) {
		request.Header.Set(name, value)
	}
	request.Header.Set("Authorization", "Bearer "+token)

	client := *c.http
	client.Jar = call.cookies
	response, err := client.Do(request)
	if err != nil {
		return nil, transportError(ctx, err)
	}
	defer response.Body.Close()
	received := &answer{url: target, status: response.StatusCode, header: response.Header, token: token}
	received.body, err = readBody(response.Body, maxBodySize)
	if err != nil {
		return received, transportError(ctx, err)
	}
	return received, nil
}

// transportError returns the context's error where the caller's context ended the
// request, and else the cause below the URL, which is long and says nothing new.
func transportError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return inWords(ctx.Err())
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("there was no answer within %s", requestTimeout)
	}
	var urlError *url.Error
	if errors.As(err, &urlError) {
		err = urlError.Err
	}
	return inWords(err)
}

// worded is an error in words for people who do not know Go.
type worded struct {
	words string
	err   error
}

func (e worded) Error() string { return e.words }
func (e worded) Unwrap() error { return e.err }

// inWords says what the standard library says in its own words. Whatever else
// breaks a connection has a text of the system's, which people look for.
func inWords(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return worded{"the time for the operation was over", err}
	case errors.Is(err, context.Canceled):
		return worded{"the operation was interrupted", err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return worded{"the connection was closed too early", err}
	case strings.HasPrefix(err.Error(), "stream error: "), strings.HasPrefix(err.Error(), "http2: "):
		// HTTP/2 is built into net/http, and its errors have no exported types.
		return worded{"the connection was reset", err}
	default:
		return err
	}
}
