// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/protobuf/types/known/emptypb"
)

// handshake is Terraform's with providers.
var handshake = plugin.HandshakeConfig{
	MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
	MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
}

// empty is a provider with nothing in it, built as the others are.
const empty = "empty"

// starts times the start of the provider and of the empty one, by turns.
func (b *bench) starts(ctx context.Context, times int) ([]start, error) {
	fmt.Fprintln(b.progress, "starting the providers")
	all := []start{{Variant: ours, Times: times}, {Variant: empty, Times: times}}
	taken := make([][]time.Duration, len(all))
	// The first start of each reads its binary from the disk and does not count.
	for n := range times + 1 {
		for i, s := range all {
			d, err := startTime(ctx, b.binary(s.Variant))
			if err != nil {
				return nil, fmt.Errorf("starting the provider (%s): %w", s.Variant, err)
			}
			if n > 0 {
				taken[i] = append(taken[i], d)
			}
		}
	}
	for i := range all {
		slices.Sort(taken[i])
		all[i].Median = taken[i][times/2]
	}
	return all, nil
}

// startTime is the time from starting a provider as Terraform does to having its schema.
func startTime(ctx context.Context, binary string) (time.Duration, error) {
	begin := time.Now()
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]plugin.PluginSet{6: {}},
		Cmd:              exec.CommandContext(ctx, binary),
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		AutoMTLS:         true,
		Logger:           hclog.NewNullLogger(),
	})
	defer client.Kill()
	protocol, err := client.Client()
	if err != nil {
		return 0, err
	}
	connected, ok := protocol.(*plugin.GRPCClient)
	if !ok {
		return 0, errors.New("the provider does not speak gRPC")
	}
	// An empty message takes the fields of any other for unknown ones, and keeps them.
	schema := new(emptypb.Empty)
	if err := connected.Conn.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", new(emptypb.Empty), schema); err != nil {
		return 0, err
	}
	if len(schema.ProtoReflect().GetUnknown()) == 0 {
		return 0, errors.New("the provider answered no schema")
	}
	return time.Since(begin), nil
}
