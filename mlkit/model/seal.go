package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// A file of weights is, in this order: magic; the format's version, four bytes,
// the lowest first, as all numbers; the length of the kind and the kind; the
// length of the weights, eight bytes; the SHA-256 of all that and of the
// weights; the weights.
var magic = []byte("viva model\n")

// formatVersion is that of the files that this program writes.
const formatVersion = 1

var (
	errForeign = errors.New("this is not the file of a model")
	errDamaged = errors.New("the file is damaged: what is in it does not match its checksum; save the model again")
)

func seal(kind string, weights []byte) []byte {
	head := binary.LittleEndian.AppendUint32(bytes.Clone(magic), formatVersion)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(kind)))
	head = append(head, kind...)
	head = binary.LittleEndian.AppendUint64(head, uint64(len(weights)))
	sum := sealSum(head, weights)
	return append(append(head, sum[:]...), weights...)
}

func sealSum(head, weights []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write(head)
	h.Write(weights)
	h.Sum(sum[:0])
	return sum
}

func unseal(b []byte) (kind string, weights []byte, err error) {
	rest, ok := bytes.CutPrefix(b, magic)
	if !ok || len(rest) < 8 {
		return "", nil, errForeign
	}
	if v := binary.LittleEndian.Uint32(rest); v != formatVersion {
		return "", nil, fmt.Errorf("its format has the version %d, and this program reads version %d: use the program that wrote it, or train again", v, formatVersion)
	}
	n := uint64(binary.LittleEndian.Uint32(rest[4:]))
	if rest = rest[8:]; uint64(len(rest)) < n+8+sha256.Size {
		return "", nil, errDamaged
	}
	kind, rest = string(rest[:n]), rest[n:]
	length := binary.LittleEndian.Uint64(rest)
	head := b[:len(b)-len(rest)+8]
	sum, weights := rest[8:8+sha256.Size], rest[8+sha256.Size:]
	if uint64(len(weights)) != length {
		return "", nil, errDamaged
	}
	if want := sealSum(head, weights); !bytes.Equal(sum, want[:]) {
		return "", nil, errDamaged
	}
	return kind, weights, nil
}
