package neardup

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Normalise returns the form in which texts are compared: NFKC, case folded,
// with single spaces for every run of characters that are neither letters nor
// numbers, and none at the ends.
func Normalise(text string) string {
	return string(appendNormal(make([]byte, 0, len(text)), text))
}

// folded holds for every ASCII letter and digit its lower case, for other ASCII
// characters 0 and for bytes of longer ones wide.
var folded = func() (t [256]byte) {
	for c := range t {
		switch {
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'z':
			t[c] = byte(c)
		case 'A' <= c && c <= 'Z':
			t[c] = byte(c) + 'a' - 'A'
		case c >= utf8.RuneSelf:
			t[c] = wide
		}
	}
	return t
}()

const wide = 0xff

// appendNormal appends the normal form of a text to dst, which is empty. What
// stands between two ASCII characters that are neither letters nor digits is
// normalised by itself: nothing composes with these to a letter or number.
func appendNormal(dst []byte, text string) []byte {
	gap := false
	from := 0 // of the piece that i is in
	for i := 0; i < len(text); i++ {
		c := folded[text[i]]
		switch {
		case c == 0:
			gap = true
			from = i + 1
		case c != wide:
			if gap && len(dst) > 0 {
				dst = append(dst, ' ')
			}
			gap = false
			dst = append(dst, c)
		default:
			// The ASCII letters before it are in dst already.
			if before := i - from; before > 0 {
				dst = dst[:len(dst)-before]
				gap = true
				if len(dst) > 0 {
					dst = dst[:len(dst)-1]
				}
			}
			// Long pieces are faster: a new one begins where none of many
			// characters is wide.
			last := i
			for to := i + 1; to < len(text) && to-last <= 64; to++ {
				if folded[text[to]] == wide {
					last = to
				}
			}
			to := last + 1
			for to < len(text) && folded[text[to]] != 0 {
				to++
			}
			dst = appendPiece(dst, text[from:to])
			gap, from = true, to
			i = to - 1
		}
	}
	return dst
}

// appendPiece appends the words of any text to dst, after a space.
func appendPiece(dst []byte, piece string) []byte {
	gap := true
	for _, r := range string(cases.Fold().Bytes(norm.NFKC.AppendString(nil, piece))) {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			gap = true
			continue
		}
		if gap && len(dst) > 0 {
			dst = append(dst, ' ')
		}
		gap = false
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
