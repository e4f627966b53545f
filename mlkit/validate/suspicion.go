package validate

import (
	"context"
	"fmt"

	"viva/mlkit/data"
	"viva/mlkit/leak"
	"viva/mlkit/view"
)

// Suspicion is what was found about a score that is too good to be true. A score
// above what the task allows is no success but a finding, which wants a cause.
type Suspicion struct {
	Score view.Metric
	// Ceiling is the highest score that is believed without a cause, and Source
	// says where it comes from.
	Ceiling float64
	Source  string
	// Suspicious says that the score is above the ceiling.
	Suspicious bool
	// Causes are the checks of the data that found something, the gravest first.
	// They are looked for only if the score is suspicious.
	Causes []Cause
	// Checked is the number of checks that were made.
	Checked int
}

// Cause is a check that found what may have made the score.
type Cause struct {
	Check    string
	Severity string
	Count    int
	Detail   string
}

// Suspect compares a score with the ceiling and, if it is above, searches the
// corpus that it was measured on for a cause: all checks of package leak are
// made on it. The source says where the ceiling comes from, for example a
// published result or how often two people agree.
func Suspect(ctx context.Context, score view.Metric, ceiling float64, source string, c *data.Corpus) (*Suspicion, error) {
	s := &Suspicion{Score: score, Ceiling: ceiling, Source: source, Suspicious: score.Value > ceiling}
	if !s.Suspicious {
		return s, nil
	}
	r, err := leak.Check(ctx, c, leak.Options{})
	if err != nil {
		return nil, fmt.Errorf("validate: looking for the cause of %s: %w", score.Name, err)
	}
	for _, severity := range []string{leak.Error, leak.Warning} {
		for _, f := range r.Findings {
			if f.Rule.Severity == severity && f.Count > 0 {
				s.Causes = append(s.Causes, Cause{f.Rule.Name, severity, f.Count, f.Detail})
			}
		}
	}
	s.Checked = len(r.Findings)
	return s, nil
}

// View implements view.Viewer: a sentence, and the causes that were found.
func (s *Suspicion) View() []view.Item {
	score, ceiling := s.Score.Text(), view.FormatUnit(s.Ceiling, s.Score.Unit)
	if !s.Suspicious {
		return view.Note{Text: fmt.Sprintf("%s: %s is not too good to be true; that would be above %s (%s).", s.Score.Name, score, ceiling, s.Source)}.View()
	}
	items := view.Note{Level: "warning", Text: fmt.Sprintf("%s: %s is too good to be true: above %s (%s). %s", s.Score.Name, score, ceiling, s.Source, s.explained())}.View()
	if len(s.Causes) == 0 {
		return items
	}
	t := view.NewTable("What may have made the score", "check", "severity", "found", "detail")
	for _, c := range s.Causes {
		t.Add(c.Check, c.Severity, c.Count, c.Detail)
	}
	return append(items, t.View()...)
}

func (s *Suspicion) explained() string {
	if len(s.Causes) == 0 {
		return fmt.Sprintf("None of %d checks of the data found a cause: the task may be easier than thought, or the leak is one that they do not know. Explain it before you report it.", s.Checked)
	}
	return "The data has what may have made it; repair that before you report the score."
}
