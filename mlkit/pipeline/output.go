package pipeline

import (
	"encoding/json"
	"fmt"
	"strings"

	"viva/mlkit/data"
	"viva/mlkit/view"
)

// Output is what a model says of a document. Which fields are set depends on the
// kind of the model.
type Output struct {
	// ID is the input's.
	ID string
	// Kind is the model's.
	Kind string
	// Reason says why the model could not read the document; all below is then
	// empty. It is empty for documents that were read.
	Reason string

	// Label is the class that a classifier gives, and Margin by how much its
	// score is above that of the next.
	Label  string
	Margin float64
	// Probability is the label's, in 0..1, or -1 where the classifier has no
	// probabilities: see classify.Calibrate.
	Probability float64

	// Keyphrases are the extracted ones, the most probable first.
	Keyphrases []Keyphrase

	// Topics are those with the largest shares, the largest first.
	Topics []Topic
	// Mixture is the share of every topic of the model, in 0..1 with the sum 1.
	Mixture []float64

	// Relations are those that were found, in the order of the text, and Pairs is
	// the number of pairs of entities that were looked at. A pair that is not among
	// Relations is relation.Other.
	Relations []Relation
	Pairs     int
}

// Keyphrase is a phrase as the document writes it, with the probability, in 0..1,
// that an indexer would have chosen it.
type Keyphrase struct {
	Text  string  `json:"text"`
	Score float64 `json:"score"`
}

// Topic is a topic of a document.
type Topic struct {
	// Number counts the model's topics from 1, as reports do.
	Number int `json:"topic"`
	// Share is how much of the document is on it, in 0..1.
	Share float64 `json:"share"`
	// Words are the ten most probable ones of the topic.
	Words []string `json:"words"`
}

// Relation is a relation that the text states. Spans are in bytes of the text.
type Relation struct {
	// Type is its name, without the direction.
	Type string `json:"type"`
	// Direction is "(e1,e2)" where the head stands first in the text and "(e2,e1)"
	// where the tail does; "" for relations without direction, whose head is the
	// entity that stands first.
	Direction string    `json:"direction,omitempty"`
	Head      data.Span `json:"head"`
	Tail      data.Span `json:"tail"`
	// Margin is by how much the score of the label is above that of the next.
	Margin float64 `json:"margin"`
}

// MarshalJSON writes what the kind of the model gives, and nothing else: for a
// classifier label, probability (if there is one) and margin; for the other kinds
// keyphrases, topics with mixture, or relations with pairs. For a document that
// could not be read it writes the reason instead.
func (o Output) MarshalJSON() ([]byte, error) {
	type head struct {
		ID     string `json:"id,omitempty"`
		Reason string `json:"reason,omitempty"`
	}
	h := head{o.ID, o.Reason}
	if o.Reason != "" {
		return json.Marshal(h)
	}
	switch o.Kind {
	case Classifier:
		var p *float64
		if o.Probability >= 0 {
			p = &o.Probability
		}
		return json.Marshal(struct {
			head
			Label       string   `json:"label"`
			Probability *float64 `json:"probability,omitempty"`
			Margin      float64  `json:"margin"`
		}{h, o.Label, p, o.Margin})
	case Keyphrases:
		return json.Marshal(struct {
			head
			Keyphrases []Keyphrase `json:"keyphrases"`
		}{h, full(o.Keyphrases)})
	case Topics:
		return json.Marshal(struct {
			head
			Topics  []Topic   `json:"topics"`
			Mixture []float64 `json:"mixture"`
		}{h, full(o.Topics), full(o.Mixture)})
	case Relations:
		return json.Marshal(struct {
			head
			Relations []Relation `json:"relations"`
			Pairs     int        `json:"pairs"`
		}{h, full(o.Relations), o.Pairs})
	}
	return json.Marshal(h)
}

// full is a list that JSON writes as one even if it is empty.
func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// shown is how many keyphrases, topics and relations String tells of.
const shown = 3

// String tells in a few words what the model says.
func (o Output) String() string {
	if o.Reason != "" {
		return "not read: " + o.Reason
	}
	var parts []string
	n := 0
	switch o.Kind {
	case Classifier:
		if o.Probability >= 0 {
			return fmt.Sprintf("%s (%s)", o.Label, view.FormatUnit(o.Probability, "%"))
		}
		return fmt.Sprintf("%s (margin %.2f)", o.Label, o.Margin)
	case Keyphrases:
		n = len(o.Keyphrases)
		for _, k := range o.Keyphrases[:min(shown, n)] {
			parts = append(parts, k.Text)
		}
	case Topics:
		n = len(o.Topics)
		for _, t := range o.Topics[:min(shown, n)] {
			parts = append(parts, fmt.Sprintf("topic %d (%s: %s)", t.Number, view.FormatUnit(t.Share, "%"), strings.Join(t.Words[:min(shown, len(t.Words))], " ")))
		}
	case Relations:
		n = len(o.Relations)
		for _, r := range o.Relations[:min(shown, n)] {
			parts = append(parts, fmt.Sprintf("%s(%s, %s)", r.Type, r.Head.Text, r.Tail.Text))
		}
		if n == 0 {
			return fmt.Sprintf("none in %d pairs", o.Pairs)
		}
	}
	if n == 0 {
		return "none"
	}
	s := strings.Join(parts, ", ")
	if n > shown {
		s += fmt.Sprintf(" and %d more", n-shown)
	}
	return s
}
