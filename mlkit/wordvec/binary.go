package wordvec

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math"

	"viva/internal/stablegob"
)

// version is that of the form in which vectors are written.
const version = 1

type written struct {
	Version, Tokens, Dimensions int
	Options                     Options
	Words                       []string
	// Bits are those of the numbers, four bytes each, the lowest first.
	Bits []byte
}

func (v *Vectors) bits() []byte {
	b := make([]byte, 0, 4*len(v.values))
	for _, x := range v.values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// MarshalBinary implements encoding.BinaryMarshaler.
func (v *Vectors) MarshalBinary() ([]byte, error) {
	return stablegob.Encode(written{version, v.Tokens, v.dimensions, v.Options, v.words, v.bits()})
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler. It makes v what was
// written and may be called on new Vectors only. What are no such vectors is an
// error.
func (v *Vectors) UnmarshalBinary(b []byte) error {
	var w written
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&w); err != nil {
		return fmt.Errorf("wordvec: not word vectors: %w", err)
	}
	if w.Version != version {
		return fmt.Errorf("wordvec: the vectors are written in version %d, and this program reads version %d: learn them again", w.Version, version)
	}
	if w.Dimensions < 1 || w.Dimensions > len(w.Bits) || len(w.Bits) != 4*w.Dimensions*len(w.Words) {
		return fmt.Errorf("wordvec: not word vectors: %d bytes for %d words of %d dimensions", len(w.Bits), len(w.Words), w.Dimensions)
	}
	*v = Vectors{Options: w.Options, Tokens: w.Tokens, words: w.Words, dimensions: w.Dimensions, values: make([]float32, len(w.Bits)/4)}
	for i := range v.values {
		v.values[i] = math.Float32frombits(binary.LittleEndian.Uint32(w.Bits[4*i:]))
		if x := float64(v.values[i]); math.IsNaN(x) || math.IsInf(x, 0) {
			return errors.New("wordvec: not word vectors: a number is not finite")
		}
	}
	v.number()
	if len(v.index) != len(v.words) {
		return errors.New("wordvec: not word vectors: a word is there twice")
	}
	return nil
}
