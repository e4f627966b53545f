// Package view holds the plain data of what a report can show: tables,
// metrics, figures, notes, claims and gates. It says what there is to see, not
// how a page draws it (that is the report's work) and not when it is shown
// (that is package show's).
//
// A value of any type says how it looks by implementing Viewer.
package view

import (
	"encoding/json"
	"fmt"
	"math"
)

// Viewer is implemented by values that know how they look in a report.
type Viewer interface {
	// View returns the items to show, in order. It must not change the value.
	View() []Item
}

// Item is one thing on the page. Exactly one field is set.
type Item struct {
	Table  *Table  `json:"table,omitempty"`
	Metric *Metric `json:"metric,omitempty"`
	Figure *Figure `json:"figure,omitempty"`
	Note   *Note   `json:"note,omitempty"`
	Claim  *Claim  `json:"claim,omitempty"`
	Gate   *Gate   `json:"gate,omitempty"`
	// HTML is a fragment a cell made itself. A report sanitises it.
	HTML string `json:"html,omitempty"`
	// Text is preformatted text. A report escapes it.
	Text string `json:"text,omitempty"`
}

// Note is a remark set apart from the narrative.
type Note struct {
	// Level is "info" (the zero value means it), "warning" or "error".
	Level string `json:"level,omitempty"`
	// Text is plain text; a report escapes it.
	Text string `json:"text"`
}

// View implements Viewer.
func (n Note) View() []Item { return []Item{{Note: &n}} }

// Figure is a picture.
type Figure struct {
	// Caption stands below the picture. A cell's fig-cap option overrides it.
	Caption string `json:"caption,omitempty"`
	// Alt says in words what the picture shows, for those who cannot see it.
	// A cell's fig-alt option overrides it.
	Alt string `json:"alt,omitempty"`
	// SVG is a complete <svg> element with a viewBox. Colours are CSS custom
	// properties with fallbacks, var(--fig-ink,#1a1a1a), so that one picture
	// follows light and dark pages.
	SVG string `json:"svg"`
	// Data holds the plotted numbers, so that what a picture shows can also be
	// read and checked.
	Data *Table `json:"data,omitempty"`
}

// View implements Viewer.
func (f Figure) View() []Item { return []Item{{Figure: &f}} }

// Interval is a range in which a quantity lies with the stated confidence.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Level is the confidence, in 0..1; for example 0.95.
	Level float64 `json:"level"`
	// Method says how it was computed, for example "bootstrap, 2000 resamples".
	Method string `json:"method,omitempty"`
}

// Metric is one measured number.
type Metric struct {
	// Name is the metric's standard name with what it was measured on, for
	// example "accuracy, test split".
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	// Unit is "" for a plain number, "%" for a share in 0..1 that is printed
	// as a percentage, "points" for a difference of two shares in 0..1 that is
	// printed as percentage points, "s" for seconds, "count" for a whole
	// number; any other unit is printed behind the number.
	Unit     string    `json:"unit,omitempty"`
	Interval *Interval `json:"interval,omitempty"`
	// Detail says what the number rests on, for example "3,770 documents".
	Detail string `json:"detail,omitempty"`
}

// metricJSON is a Metric whose value is null where it is not a finite number,
// for which JSON has no form.
type metricJSON struct {
	Name     string    `json:"name"`
	Value    *float64  `json:"value"`
	Unit     string    `json:"unit,omitempty"`
	Interval *Interval `json:"interval,omitempty"`
	Detail   string    `json:"detail,omitempty"`
}

// MarshalJSON writes a value that is not finite as null, and leaves out an
// interval with such an end.
func (m Metric) MarshalJSON() ([]byte, error) {
	j := metricJSON{Name: m.Name, Unit: m.Unit, Detail: m.Detail}
	if finite(m.Value) {
		j.Value = &m.Value
	}
	if i := m.Interval; i != nil && finite(i.Low) && finite(i.High) {
		j.Interval = i
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads null as NaN.
func (m *Metric) UnmarshalJSON(b []byte) error {
	var j metricJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*m = Metric{Name: j.Name, Value: math.NaN(), Unit: j.Unit, Interval: j.Interval, Detail: j.Detail}
	if j.Value != nil {
		m.Value = *j.Value
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// View implements Viewer.
func (m Metric) View() []Item { return []Item{{Metric: &m}} }

// Text returns the value as a person reads it, with its unit.
func (m Metric) Text() string { return FormatUnit(m.Value, m.Unit) }

// RangeText returns the ends of the interval as a person reads them, "" if there is
// no interval.
func (m Metric) RangeText() string {
	if m.Interval == nil {
		return ""
	}
	return FormatUnit(m.Interval.Low, m.Unit) + " to " + FormatUnit(m.Interval.High, m.Unit)
}

// TextBeside returns the value as a person reads it beside a bound: with as
// many more decimals as it takes to see on which side of it the value lies.
func (m Metric) TextBeside(b Bound) string {
	digits := usualDigits(m.Value, m.Unit)
	text := formatUnit(m.Value, m.Unit, digits)
	for _, end := range []*float64{b.Low, b.High} {
		for end != nil && *end != m.Value && digits < 12 && formatUnit(m.Value, m.Unit, digits) == formatUnit(*end, m.Unit, digits) {
			digits++
			text = formatUnit(m.Value, m.Unit, digits)
		}
	}
	return text
}

// Bound is what a claim or a gate demands of a number. Both ends are
// inclusive; a nil end is open.
type Bound struct {
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// AtLeast demands value >= low.
func AtLeast(low float64) Bound { return Bound{Low: &low} }

// AtMost demands value <= high.
func AtMost(high float64) Bound { return Bound{High: &high} }

// Between demands low <= value <= high.
func Between(low, high float64) Bound { return Bound{Low: &low, High: &high} }

// Holds reports whether v lies within the bound. NaN never does.
func (b Bound) Holds(v float64) bool {
	if v != v {
		return false
	}
	return (b.Low == nil || v >= *b.Low) && (b.High == nil || v <= *b.High)
}

// Text returns the bound as a person reads it, in the given unit.
func (b Bound) Text(unit string) string {
	switch {
	case b.Low != nil && b.High != nil && *b.Low == *b.High:
		return "exactly " + FormatUnit(*b.Low, unit)
	case b.Low != nil && b.High != nil:
		return FormatUnit(*b.Low, unit) + " to " + FormatUnit(*b.High, unit)
	case b.Low != nil:
		return "at least " + FormatUnit(*b.Low, unit)
	case b.High != nil:
		return "at most " + FormatUnit(*b.High, unit)
	}
	return "any value"
}

// Claim is a statement of the document that a measured number bears out or
// does not. A claim that is not met is shown as such; it fails a run only when
// the run is strict.
type Claim struct {
	// Text is the statement, for example "accuracy on unseen articles is
	// 85–92 %".
	Text   string `json:"text"`
	Metric Metric `json:"metric"`
	Bound  Bound  `json:"bound"`
	// Met says that the bound holds for the value and, where the metric has an
	// interval, for both its ends: one lucky run does not bear a claim out.
	Met bool `json:"met"`
	// Source says where the bound comes from, for example a published result.
	Source string `json:"source,omitempty"`
}

// View implements Viewer.
func (c Claim) View() []Item { return []Item{{Claim: &c}} }

// NewClaim judges a metric against a bound: the value and, if there is one, the
// whole interval must be within.
func NewClaim(text string, m Metric, b Bound) Claim {
	met := b.Holds(m.Value)
	if i := m.Interval; i != nil {
		met = met && b.Holds(i.Low) && b.Holds(i.High)
	}
	return Claim{Text: text, Metric: m, Bound: b, Met: met}
}

// Open reports whether the value is within the bound and its interval is not:
// more data may bear the claim out or refute it.
func (c Claim) Open() bool { return !c.Met && c.Bound.Holds(c.Metric.Value) }

// Gate is a condition without which what follows must not be believed. A gate
// that is not passed fails the run; the report is written all the same.
type Gate struct {
	// Text is the condition, for example "no document in two splits".
	Text   string `json:"text"`
	Metric Metric `json:"metric"`
	Bound  Bound  `json:"bound"`
	Passed bool   `json:"passed"`
	// Evidence shows what broke the condition.
	Evidence []Item `json:"evidence,omitempty"`
	// Repair says what to do about it.
	Repair string `json:"repair,omitempty"`
}

// View implements Viewer.
func (g Gate) View() []Item { return []Item{{Gate: &g}} }

// NewGate judges a metric against a bound.
func NewGate(text string, m Metric, b Bound) Gate {
	return Gate{Text: text, Metric: m, Bound: b, Passed: b.Holds(m.Value)}
}

// Of returns how v looks: its own View if it is a Viewer, else the text that
// fmt prints for it. A nil v looks like nothing.
func Of(v any) []Item {
	switch v := v.(type) {
	case nil:
		return nil
	case Viewer:
		return v.View()
	case error:
		return []Item{{Note: &Note{Level: "error", Text: v.Error()}}}
	case string:
		return []Item{{Text: v}}
	}
	return []Item{{Text: fmt.Sprint(v)}}
}
