// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net/http"
	"os"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-exchange/terraform-provider-exchange/internal/adminapi"
	"github.com/terraform-exchange/terraform-provider-exchange/internal/graph"
)

// transport carries all requests: TLS 1.2 or newer, the environment's proxy, and further authorities where given.
func transport(caCertificatePath string, dial Dial) (http.RoundTripper, error) {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("the standard library's transport was replaced by another one")
	}
	transport := base.Clone()
	if dial != nil {
		transport.DialContext = dial
	}
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	transport.MaxIdleConnsPerHost = maxConcurrency
	if caCertificatePath == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(caCertificatePath)
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", caCertificatePath)
	}
	transport.TLSClientConfig.RootCAs = pool
	return transport, nil
}

// logRequest writes one line for each request. An observation holds no secret.
func logRequest(ctx context.Context, o adminapi.Observation) {
	fields := map[string]any{
		"cmdlet": o.Cmdlet, "page": o.Page, "host": o.Host, "status": o.Status, "duration_ms": o.Duration.Milliseconds(),
		"request_id": o.RequestID, "client_request_id": o.ClientRequestID,
	}
	if o.Attempt > 1 {
		fields["attempt"] = o.Attempt
	}
	if waited := o.Waited.Milliseconds(); waited > 0 {
		fields["waited_ms"] = waited
	}
	if o.PerSecond > 0 {
		// The service refused requests, and is asked at the pace that it takes since.
		fields["limit"], fields["per_second"] = o.Limit, math.Round(o.PerSecond*10)/10
	}
	for _, item := range o.Items {
		tflog.Debug(ctx, "Exchange cmdlet in a batch", map[string]any{
			"cmdlet": item.Cmdlet, "status": item.Status,
			"request_id": item.RequestID, "client_request_id": item.ClientRequestID, "batch_client_request_id": o.ClientRequestID,
		})
	}
	if o.Err != "" {
		fields["error"] = o.Err
	}
	tflog.Debug(ctx, "Exchange cmdlet", fields)
}

// logProgress writes what a long wait waits for.
func logProgress(ctx context.Context, sentence string) {
	tflog.Info(ctx, sentence)
}

// logGraphRequest writes one line for each request to Microsoft Graph, as logRequest does for Exchange.
func logGraphRequest(ctx context.Context, o graph.Observation) {
	fields := map[string]any{
		"path": o.Path, "host": o.Host, "status": o.Status, "duration_ms": o.Duration.Milliseconds(),
		"request_id": o.RequestID, "client_request_id": o.ClientRequestID,
	}
	if o.Err != "" {
		fields["error"] = o.Err
	}
	tflog.Debug(ctx, "Microsoft Graph request", fields)
}
