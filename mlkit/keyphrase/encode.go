package keyphrase

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"viva/internal/stablegob"
	"viva/mlkit/boost"
)

// modelVersion is that of the form in which models are written. It is raised with
// every change of features or of what is learned.
const modelVersion = 1

// modelMost bounds what a compressed model may expand to, in bytes.
const modelMost = 1 << 28

// writtenFit is what was learned in the form in which it is written. Weights are
// the bits of the numbers, four bytes each, the lowest first.
type writtenFit struct {
	Boundary, Wording []byte
	Documents         int
	Keys              []string
	Entries           [][3]float32
	Ranker            []byte
	Threshold         float64
	Words             []float64
	Training          []Measure
}

// GobEncode implements gob.GobEncoder, so that what was learned can be kept.
func (f *fitted) GobEncode() ([]byte, error) {
	ranker, err := f.ranker.MarshalBinary()
	if err != nil {
		return nil, err
	}
	w := writtenFit{
		Boundary: packed(f.boundary.weights), Wording: packed(f.wording.weights), Documents: f.lexicon.documents,
		Ranker: ranker, Threshold: f.threshold, Words: f.words, Training: f.training,
	}
	w.Keys = slices.Sorted(maps.Keys(f.lexicon.number))
	for _, k := range w.Keys {
		e := f.lexicon.entry[f.lexicon.number[k]]
		w.Entries = append(w.Entries, [3]float32{e.in, e.gold, e.within})
	}
	var b bytes.Buffer
	// Most weights are 0, so that the fastest level is enough.
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	content, err := stablegob.Encode(w)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// GobDecode implements gob.GobDecoder.
func (f *fitted) GobDecode(b []byte) error {
	content, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), modelMost+1))
	if err != nil {
		return fmt.Errorf("what was learned is damaged: %w", err)
	}
	if len(content) > modelMost {
		return errors.New("what was learned is damaged: it expands without end")
	}
	var w writtenFit
	if err := gob.NewDecoder(bytes.NewReader(content)).Decode(&w); err != nil {
		return fmt.Errorf("what was learned is damaged: %w", err)
	}
	switch {
	case len(w.Boundary) != 4*questions*boundaryBuckets || len(w.Wording) != 4*wordingBuckets:
		return fmt.Errorf("what was learned is damaged: %d and %d bytes of weights", len(w.Boundary), len(w.Wording))
	case len(w.Keys) != len(w.Entries) || w.Documents < 0:
		return fmt.Errorf("what was learned is damaged: %d keys with %d entries, of %d documents", len(w.Keys), len(w.Entries), w.Documents)
	case !(w.Threshold >= 0 && w.Threshold <= 1):
		return fmt.Errorf("what was learned is damaged: a threshold of %v", w.Threshold)
	}
	if len(w.Training) != len(cutoffs) {
		return fmt.Errorf("what was learned is damaged: %d measures of training", len(w.Training))
	}
	for _, m := range w.Training {
		if !(m.Extracted >= 0 && m.Extracted <= math.MaxInt32) {
			return fmt.Errorf("what was learned is damaged: %v phrases a document", m.Extracted)
		}
	}
	for _, n := range w.Words {
		if !(n >= 0 && n <= math.MaxInt32) {
			return fmt.Errorf("what was learned is damaged: documents of %v words", n)
		}
	}
	ranker := &boost.Model{}
	if err := ranker.UnmarshalBinary(w.Ranker); err != nil {
		return err
	}
	if ranker.Features() != len(featureNames) {
		return fmt.Errorf("a ranker of %d features, and this program has %d", ranker.Features(), len(featureNames))
	}
	l := &lexicon{documents: w.Documents, number: make(map[string]int32, len(w.Keys)), entry: make([]entry, len(w.Keys))}
	for i, k := range w.Keys {
		l.number[k] = int32(i)
		e := w.Entries[i]
		for _, x := range e {
			if !(x >= 0 && float64(x) <= float64(w.Documents)) {
				return fmt.Errorf("what was learned is damaged: %v of %d documents", x, w.Documents)
			}
		}
		l.entry[i] = entry{e[0], e[1], e[2]}
	}
	bw, err := unpacked(w.Boundary)
	if err != nil {
		return err
	}
	ww, err := unpacked(w.Wording)
	if err != nil {
		return err
	}
	*f = fitted{&boundary{bw}, &wording{ww}, l, ranker, w.Threshold, w.Words, w.Training, nil}
	return nil
}

func packed(weights []float32) []byte {
	b := make([]byte, 0, 4*len(weights))
	for _, w := range weights {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(w))
	}
	return b
}

func unpacked(b []byte) ([]float32, error) {
	weights := make([]float32, len(b)/4)
	for i := range weights {
		w := math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		if w != w || math.IsInf(float64(w), 0) {
			return nil, errors.New("what was learned is damaged: a weight is no number")
		}
		weights[i] = w
	}
	return weights, nil
}

// written is a Model in the form in which it is written.
type written struct {
	Version     int
	Options     Options
	Collections []Collection
	Warnings    []string
	Fitted      *fitted
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (m *Model) MarshalBinary() ([]byte, error) {
	if m.fitted == nil {
		return nil, errors.New("keyphrase: the model is not trained: there is nothing to write")
	}
	b, err := stablegob.Encode(written{modelVersion, m.Options, m.Collections, m.Warnings, m.fitted})
	if err != nil {
		return nil, fmt.Errorf("keyphrase: writing the model: %w", err)
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes m what was
// written and may be called on a new Model only. What is damaged, or was written
// in another version, is an error.
func (m *Model) UnmarshalBinary(b []byte) error {
	// The version is read alone first: another one may have other fields.
	var head struct{ Version int }
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&head); err != nil {
		return fmt.Errorf("keyphrase: not a model: %w", err)
	}
	if head.Version != modelVersion {
		return fmt.Errorf("keyphrase: the model is of version %d, and this program reads version %d: train it again", head.Version, modelVersion)
	}
	var w written
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&w); err != nil {
		return fmt.Errorf("keyphrase: not a model: %w", err)
	}
	if w.Fitted == nil || w.Fitted.ranker == nil {
		return errors.New("keyphrase: not a model: what was learned is missing")
	}
	*m = *newModel(w.Options, w.Collections, w.Warnings, w.Fitted)
	return nil
}
