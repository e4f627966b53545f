// Package pipeline puts trained models that package model keeps to use: it loads
// them by name, gives documents to one or to all of them, and tests that every
// model loads and takes documents from end to end.
//
// It knows which package reads which kind of model, and nothing of how models are
// trained or measured: whether predictions are right is said by the models' own
// packages. Texts go to a model as they are given. What preparation did to the
// texts that a model was trained on is to be done to these too, see
// prepare.Result.Prediction.
package pipeline

import (
	"context"
	"encoding"
	"errors"
	"fmt"
	"slices"
	"strings"

	"viva/mlkit/classify"
	"viva/mlkit/data"
	"viva/mlkit/keyphrase"
	"viva/mlkit/model"
	"viva/mlkit/relation"
	"viva/mlkit/topic"
)

// The kinds of models, as model.Entry and model.Saved name them.
const (
	Classifier = "classifier" // a classify.Model
	Keyphrases = "keyphrases" // a keyphrase.Model
	Topics     = "topics"     // a topic.Model
	Relations  = "relations"  // a relation.Model
)

// Kinds returns the kinds of models that Open knows.
func Kinds() []string { return []string{Classifier, Keyphrases, Topics, Relations} }

// Input is a document to predict for.
type Input struct {
	// ID names the document in the output; it may be empty.
	ID   string
	Text string
	// Title is looked at by extractors of keyphrases.
	Title string
	// Entities are marked pieces of Text, in bytes, between which relations are
	// looked for. Without them, an extractor of relations pairs keyphrases.
	Entities []data.Entity
	// Message says that Text is an e-mail or Usenet message with headers, in which
	// there are no keyphrases.
	Message bool

	// found are the places of keyphrases that another model has found; nil where
	// none has looked, or there are too few.
	found []data.Entity
}

// isMarked says that the document has entities of its own.
func (in Input) isMarked() bool { return len(in.Entities) > 0 || strings.Contains(in.Text, "<e1>") }

// InputOf returns what is to be predicted for of a document of a corpus; its
// class, keyphrases and relations are left out.
func InputOf(d data.Document) Input {
	return Input{ID: d.ID, Text: d.Text, Title: d.Title, Entities: slices.Clone(d.Entities), Message: d.Message}
}

func (in Input) document() data.Document {
	return data.Document{ID: in.ID, Text: in.Text, Title: in.Title, Entities: in.Entities, Message: in.Message}
}

// Check tells what is wrong with the entities: each must be a piece of the text,
// and where it says its text, that one.
func (in Input) Check() error {
	for i, e := range in.Entities {
		switch {
		case e.Start < 0 || e.End > len(in.Text) || e.Start >= e.End:
			return fmt.Errorf("entity %d, %q, is at the bytes %d to %d of a text of %d bytes: start and end count bytes from 0, and the end is the byte behind it", i+1, e.Text, e.Start, e.End, len(in.Text))
		case e.Text != "" && in.Text[e.Start:e.End] != e.Text:
			return fmt.Errorf("entity %d is %q, but at the bytes %d to %d of the text stands %q: start and end count bytes, not characters", i+1, e.Text, e.Start, e.End, in.Text[e.Start:e.End])
		}
	}
	return nil
}

// Predictor is a model that is ready for use. It does not change, and may be used
// by several goroutines at once.
type Predictor interface {
	// Predict returns an output for each input, in their order. A document that
	// the model cannot read, such as one without text, has an output with a
	// Reason; it is not an error. The output for a document does not depend on
	// the others.
	Predict(ctx context.Context, inputs []Input) ([]Output, error)
}

// Options say how much is given for a document.
type Options struct {
	// Most is how many keyphrases, or topics, are given at most. 0 means the
	// model's own number of keyphrases, and the topics with a share of at least
	// 5 %. Other kinds of models do not look at it.
	Most int
}

// Open reads the weights of a saved model of any kind. It is an error if they are
// damaged or of a kind that is not among Kinds.
func Open(s *model.Saved, opt Options) (Predictor, error) {
	if s == nil {
		return nil, errors.New("pipeline: no model: load one with model.Load")
	}
	if opt.Most < 0 {
		return nil, fmt.Errorf("pipeline: at most %d are wanted: give at least 1, or 0 for the default", opt.Most)
	}
	read := func(m encoding.BinaryUnmarshaler, p Predictor) (Predictor, error) {
		if err := s.Into(m); err != nil {
			return nil, fmt.Errorf("pipeline: %w", err)
		}
		return p, nil
	}
	switch s.Kind {
	case Classifier:
		m := new(classify.Model)
		return read(m, classifier{m})
	case Keyphrases:
		m := new(keyphrase.Model)
		return read(m, extractor{m, opt.Most})
	case Topics:
		m := new(topic.Model)
		return read(m, topics{m, opt.Most})
	case Relations:
		m := new(relation.Model)
		return read(m, relations{m})
	}
	return nil, fmt.Errorf("pipeline: the model %s is of the kind %q, and no package here reads that: the kinds are %s; give one of them to model.Save", s.Name, s.Kind, strings.Join(Kinds(), ", "))
}

// noText is the reason of documents without text.
const noText = "there is no text"

// outputs makes an output for each input, and lists those that have a text.
func outputs(inputs []Input, kind string) (list []Output, readable []int) {
	list = make([]Output, len(inputs))
	for i, in := range inputs {
		list[i] = Output{ID: in.ID, Kind: kind, Probability: -1}
		if strings.TrimSpace(in.Text) == "" {
			list[i].Reason = noText
			continue
		}
		readable = append(readable, i)
	}
	return list, readable
}
