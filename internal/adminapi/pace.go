// Copyright (c) The terraform-provider-exchange Authors
// SPDX-License-Identifier: MPL-2.0

package adminapi

import "time"

const (
	// slowestPace and firstPace are requests per second. The first is taken where
	// too few have passed to measure one.
	slowestPace = 0.1
	firstPace   = 1.0

	// A refusal lowers the pace to four fifths, and the second and each further
	// one in a row to a half.
	paceAfterRefusal        = 0.8
	paceAfterFurtherRefusal = 0.5

	// Each request that passes raises the pace: by a twentieth as long as it is
	// well below the one last refused, and then so little that some thirty
	// requests pass until it is there again.
	paceRise     = 1.05
	paceSlowRise = 1.007
)

// pace is how fast requests may leave one after another. It is unbounded until
// the first is refused.
type pace struct {
	perSecond float64 // 0 is unbounded
	ceiling   float64 // the pace that was last refused, or 0
	passing   meter
}

// gap returns the time between two requests.
func (p *pace) gap() time.Duration {
	if p.perSecond == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / p.perSecond)
}

// accepted counts a request that passed. Only where others waited for nothing but
// the pace does that say anything about a faster one.
func (p *pace) accepted(now time.Time, waitedFor bool) {
	p.passing.count(now)
	if p.perSecond == 0 || !waitedFor {
		return
	}
	if p.ceiling > 0 && p.perSecond >= p.ceiling*paceAfterRefusal {
		p.perSecond *= paceSlowRise
	} else {
		p.perSecond *= paceRise
	}
}

// refused lowers the pace. inARow counts the refusals since a request passed.
func (p *pace) refused(now time.Time, inARow int) {
	switch {
	case p.perSecond == 0:
		// The ceiling stays unknown: what was refused was a crowd and no pace.
		p.perSecond = max(firstPace, paceAfterRefusal*p.passing.perSecond(now))
	case inARow > 1:
		p.perSecond = max(slowestPace, p.perSecond*paceAfterFurtherRefusal)
	default:
		p.ceiling = p.perSecond
		p.perSecond = max(slowestPace, p.perSecond*paceAfterRefusal)
	}
}

// meter measures how often something happens, over the last second.
type meter struct {
	began       time.Time // of the current second
	now, before int       // counts of it and of the second before
}

func (m *meter) count(at time.Time) {
	m.roll(at)
	m.now++
}

// perSecond weighs the second before by what is left of it in the last second.
func (m *meter) perSecond(at time.Time) float64 {
	m.roll(at)
	return float64(m.now) + float64(m.before)*(1-at.Sub(m.began).Seconds())
}

func (m *meter) roll(at time.Time) {
	switch elapsed := at.Sub(m.began); {
	case elapsed >= 2*time.Second:
		*m = meter{began: at}
	case elapsed >= time.Second:
		*m = meter{began: m.began.Add(time.Second), before: m.now}
	}
}
