// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// switches are the keys of a tenant file's behavior. Each reads the value of
// its key into a Behavior.
var switches = map[string]func(*Behavior, *yaml.Node) error{
	"access_policy_app_id": choice(func(b *Behavior) *AccessPolicyAppID { return &b.AccessPolicyAppID }, "text", "list"),
	"access_policy_lag":    lag(func(b *Behavior) *Lag { return &b.AccessPolicyLag }),
	"access_policy_scope":  choice(func(b *Behavior) *AccessPolicyScope { return &b.AccessPolicyScope }, "guid", "entra_id"),
	"access_rights":        choice(func(b *Behavior) *AccessRights { return &b.AccessRights }, "joined", "separate"),
	"administrative_unit_property": choice(func(b *Behavior) *AdministrativeUnitProperty { return &b.AdministrativeUnitProperty },
		"both", "resource_scope", "recipient_write_scope"),
	"assignee_echo":             choice(func(b *Behavior) *AssigneeEcho { return &b.AssigneeEcho }, "name", "display_name"),
	"assignment_lag":            lag(func(b *Behavior) *Lag { return &b.AssignmentLag }),
	"batch_failure":             choice(func(b *Behavior) *BatchFailure { return &b.BatchFailure }, "goes_on", "refuses", "leaves_off"),
	"batch_form":                choice(func(b *Behavior) *BatchForm { return &b.BatchForm }, "accepted", "json"),
	"batch_limit":               batchLimit,
	"batch_order":               choice(func(b *Behavior) *BatchOrder { return &b.BatchOrder }, "sent", "reversed"),
	"booleans":                  choice(func(b *Behavior) *Booleans { return &b.Booleans }, "bool", "string"),
	"dehydrated":                plain("true or false", func(b *Behavior) *bool { return &b.Dehydrated }),
	"dn_case":                   choice(func(b *Behavior) *DNCase { return &b.DNCase }, "stored", "lower"),
	"duplicate_default_name":    choice(func(b *Behavior) *DuplicateDefaultName { return &b.DuplicateDefaultName }, "suffix", "refuse"),
	"empty_access_policies":     choice(func(b *Behavior) *EmptyAccessPolicies { return &b.EmptyAccessPolicies }, "empty", "error"),
	"error_format":              choice(func(b *Behavior) *ErrorFormat { return &b.ErrorFormat }, "pipe", "json", "exception"),
	"exclusive_resource_scope":  choice(func(b *Behavior) *Acceptance { return &b.ExclusiveResourceScope }, "accepted", "refused"),
	"filter_echo":               choice(func(b *Behavior) *FilterEcho { return &b.FilterEcho }, "verbatim", "parentheses", "dn_lowercase"),
	"group_scope_value":         choice(func(b *Behavior) *GroupScopeValue { return &b.GroupScopeValue }, "name", "dn", "guid"),
	"guid_case":                 choice(func(b *Behavior) *GUIDCase { return &b.GUIDCase }, "stored", "upper"),
	"guid_identity":             choice(func(b *Behavior) *Acceptance { return &b.GUIDIdentity }, "accepted", "refused"),
	"hydration_delay":           lag(func(b *Behavior) *Lag { return &b.HydrationDelay }),
	"in_scope":                  choice(func(b *Behavior) *Booleans { return &b.InScope }, "bool", "string"),
	"inherited_permissions":     choice(func(b *Behavior) *InheritedPermissions { return &b.InheritedPermissions }, "hidden", "shown"),
	"new_output":                choice(func(b *Behavior) *NewOutput { return &b.NewOutput }, "object", "empty"),
	"no_batch":                  status(func(b *Behavior) *int { return &b.NoBatch }, 0, 404, 405, 403),
	"not_found_status":          status(func(b *Behavior) *int { return &b.NotFoundStatus }, 404, 400, 500),
	"not_found_wrapped":         plain("true or false", func(b *Behavior) *bool { return &b.NotFoundWrapped }),
	"null_properties":           choice(func(b *Behavior) *NullProperties { return &b.NullProperties }, "null", "absent"),
	"null_resource_scope":       choice(func(b *Behavior) *NullResourceScope { return &b.NullResourceScope }, "clears", "ignored", "refused"),
	"opposite_access_policy":    choice(func(b *Behavior) *OppositeAccessPolicy { return &b.OppositeAccessPolicy }, "refused", "accepted"),
	"own_permissions":           choice(func(b *Behavior) *OwnPermissions { return &b.OwnPermissions }, "twice", "once", "send_as"),
	"page_lifetime":             plain("a duration such as 5m", func(b *Behavior) *time.Duration { return &b.PageLifetime }),
	"repeated_permission":       choice(func(b *Behavior) *RepeatedPermission { return &b.RepeatedPermission }, "merged", "separate"),
	"role_not_propagated":       plain("a number", func(b *Behavior) *int { return &b.RoleNotPropagated }),
	"scope_in_use_lag":          lag(func(b *Behavior) *Lag { return &b.ScopeInUseLag }),
	"service_principal_lag":     lag(func(b *Behavior) *Lag { return &b.ServicePrincipalLag }),
	"set_output":                choice(func(b *Behavior) *SetOutput { return &b.SetOutput }, "empty", "no_content", "null_value"),
	"single_lists":              choice(func(b *Behavior) *SingleLists { return &b.SingleLists }, "array", "string"),
	"stale_reads":               staleReads,
	"switch_scope_kind":         choice(func(b *Behavior) *Permission { return &b.SwitchScopeKind }, "allowed", "refused"),
	"trustee_echo":              choice(func(b *Behavior) *TrusteeEcho { return &b.TrusteeEcho }, "display_name", "name"),
	"trustee_lag":               lag(func(b *Behavior) *Lag { return &b.TrusteeLag }),
	"undelegated_roles":         plain("a list of texts", func(b *Behavior) *[]string { return &b.UndelegatedRoles }),
	"unknown_trustee":           choice(func(b *Behavior) *Acceptance { return &b.UnknownTrustee }, "accepted", "refused"),
	"write_needs_domain_anchor": plain("true or false", func(b *Behavior) *bool { return &b.WriteNeedsDomainAnchor }),
	"wrong_identity":            choice(func(b *Behavior) *WrongIdentity { return &b.WrongIdentity }, "error", "empty", "all"),
	"remove_service_principal_in_use": choice(func(b *Behavior) *RemoveInUse { return &b.RemoveServicePrincipalInUse },
		"cascade", "refuse", "orphan"),
}

// decodeBehavior reads the switches that a tenant file sets.
func decodeBehavior(nodes map[string]yaml.Node) (Behavior, error) {
	var b Behavior
	for _, key := range slices.Sorted(maps.Keys(nodes)) {
		node := nodes[key]
		set, known := switches[key]
		if !known {
			return Behavior{}, fmt.Errorf("line %d: behavior has no switch %s; its switches are %s",
				node.Line, key, strings.Join(slices.Sorted(maps.Keys(switches)), ", "))
		}
		if err := set(&b, &node); err != nil {
			return Behavior{}, fmt.Errorf("line %d: %s: %w", node.Line, key, err)
		}
	}
	return b, nil
}

// choice reads a switch with named positions, in the order of its constants.
func choice[T ~int](field func(*Behavior) *T, names ...string) func(*Behavior, *yaml.Node) error {
	return func(b *Behavior, node *yaml.Node) error {
		i := slices.Index(names, node.Value)
		if i < 0 {
			return fmt.Errorf("the value must be one of %s", strings.Join(names, ", "))
		}
		*field(b) = T(i)
		return nil
	}
}

// plain reads a switch whose values YAML has a form for.
func plain[T any](form string, field func(*Behavior) *T) func(*Behavior, *yaml.Node) error {
	return func(b *Behavior, node *yaml.Node) error {
		if err := node.Decode(field(b)); err != nil {
			return fmt.Errorf("the value must be %s", form)
		}
		return nil
	}
}

// status reads a switch that is an HTTP status out of a few.
func status(field func(*Behavior) *int, statuses ...int) func(*Behavior, *yaml.Node) error {
	return func(b *Behavior, node *yaml.Node) error {
		var value int
		if err := node.Decode(&value); err != nil || !slices.Contains(statuses, value) {
			return fmt.Errorf("the value must be one of %s", strings.Trim(fmt.Sprint(statuses), "[]"))
		}
		*field(b) = value
		return nil
	}
}

// batchLimit reads the most requests that a batch may have; 0 is any number.
func batchLimit(b *Behavior, node *yaml.Node) error {
	var most int
	if err := node.Decode(&most); err != nil || most < 0 {
		return errors.New("the value must be a number, or 0 for any number")
	}
	b.BatchLimit = most
	if most == 0 {
		b.BatchLimit = -1
	}
	return nil
}

// lag reads a delay: a number of calls, or a duration such as 30s.
func lag(field func(*Behavior) *Lag) func(*Behavior, *yaml.Node) error {
	return func(b *Behavior, node *yaml.Node) error {
		var l Lag
		if node.Decode(&l.Calls) != nil || l.Calls < 0 {
			l.Calls = 0
			var err error
			if l.For, err = time.ParseDuration(node.Value); err != nil || l.For < 0 {
				return fmt.Errorf("the value must be a number of calls or a duration such as 30s")
			}
		}
		*field(b) = l
		return nil
	}
}

// staleReads reads which reads are stale, and by how much.
func staleReads(b *Behavior, node *yaml.Node) error {
	form := errors.New("the value must be like {every: 2, writes: 1, calls: 3, for: 30s}, with every and at least one of the others")
	var given map[string]yaml.Node
	if err := node.Decode(&given); err != nil {
		return form
	}
	var stale StaleReads
	numbers := map[string]*int{"every": &stale.Every, "writes": &stale.Writes, "calls": &stale.Calls}
	for name, value := range given {
		if name == "for" {
			var err error
			if stale.For, err = time.ParseDuration(value.Value); err != nil || stale.For <= 0 {
				return form
			}
			continue
		}
		number, known := numbers[name]
		if !known || value.Decode(number) != nil || *number <= 0 {
			return form
		}
	}
	if stale.Every == 0 || len(given) < 2 {
		return form
	}
	b.StaleReads = stale
	return nil
}
