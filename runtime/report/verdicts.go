package report

import (
	"fmt"
	"html/template"
	"strings"

	"viva/mlkit/view"
	"viva/runtime/record"
)

// verdict is a judged gate or claim.
type verdict struct {
	ID string
	// Kind is "gate" or "claim"; OK is passed or met.
	Kind                             string
	OK                               bool
	Text, Name, Value, Bound, Detail string
	Interval, Source, Repair         string
	// Range is the interval without its level and method, where it alone decided:
	// the list at the top would look wrong without it.
	Range    string
	Evidence template.HTML
}

// Word says the judgement; it stands beside the sign and the colour.
func (v verdict) Word() string {
	switch {
	case v.Kind == "gate" && v.OK:
		return "gate passed"
	case v.Kind == "gate":
		return "gate FAILED"
	case v.OK:
		return "claim met"
	}
	return "claim not met"
}

// Sign is a tick or a cross.
func (v verdict) Sign() string {
	if v.OK {
		return "✓"
	}
	return "✗"
}

func newVerdict(kind, text string, m view.Metric, b view.Bound, ok bool) verdict {
	return verdict{
		Kind: kind, OK: ok, Text: text, Name: m.Name, Value: m.TextBeside(b), Bound: b.Text(m.Unit),
		Detail: m.Detail, Interval: intervalText(&m),
	}
}

func claimVerdict(c *view.Claim) verdict {
	v := newVerdict("claim", c.Text, c.Metric, c.Bound, c.Met)
	v.Source = c.Source
	if c.Open() {
		v.Interval += ", which reaches beyond the bound"
		v.Range = c.Metric.RangeText()
	}
	return v
}

func (p *page) claim(c *view.Claim) (string, error) { return p.verdict(claimVerdict(c)) }

func (p *page) gate(g *view.Gate) (string, error) {
	v := newVerdict("gate", g.Text, g.Metric, g.Bound, g.Passed)
	if !g.Passed {
		v.Repair = g.Repair
	}
	var b strings.Builder
	for _, it := range g.Evidence {
		h, err := p.item(it, &captions{})
		if err != nil {
			return "", err
		}
		b.WriteString(h + "\n")
	}
	v.Evidence = template.HTML(b.String())
	return p.verdict(v)
}

func (p *page) verdict(v verdict) (string, error) {
	n := 1
	for _, other := range p.verdicts {
		if other.Kind == v.Kind {
			n++
		}
	}
	v.ID = fmt.Sprintf("%s-%d", v.Kind, n)
	p.ids[v.ID] = true
	p.verdicts = append(p.verdicts, v)
	h, err := fragment("verdict", v)
	return string(h), err
}

// verdictList is the summary at the top of the page.
type verdictList struct {
	All                                 []verdict
	Gates, GatesPassed, Claims, Claimed int
}

func newVerdictList(all []verdict) verdictList {
	l := verdictList{All: all}
	for _, v := range all {
		n := 0
		if v.OK {
			n = 1
		}
		if v.Kind == "gate" {
			l.Gates++
			l.GatesPassed += n
		} else {
			l.Claims++
			l.Claimed += n
		}
	}
	return l
}

// Heading says how many held.
func (l verdictList) Heading() string {
	var parts []string
	if l.Gates > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s passed", l.GatesPassed, counted(l.Gates, "gate")))
	}
	if l.Claims > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s met", l.Claimed, counted(l.Claims, "claim")))
	}
	return strings.Join(parts, ", ")
}

// badge is a status in a word, a sign and a tone.
type badge struct {
	Sign, Text, Tone string
}

// runBadge says how the run as a whole ended.
func runBadge(run *record.Run) badge {
	t := run.Tally()
	switch {
	case run.Status.Bad():
		return badge{"✗", "run " + string(run.Status), "bad"}
	case t.GatesPassed < t.Gates:
		return badge{"✗", counted(t.Gates-t.GatesPassed, "gate") + " failed", "bad"}
	case t.ClaimsMet < t.Claims:
		return badge{"!", counted(t.Claims-t.ClaimsMet, "claim") + " not met", "warn"}
	}
	return badge{"✓", "complete", "good"}
}
