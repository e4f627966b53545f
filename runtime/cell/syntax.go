package cell

import (
	"errors"
	"go/scanner"
	"go/token"
	"strings"
)

// syntaxErrors reports what go/parser finds in a chunk.
func (c *checker) syntaxErrors(ch *chunk, err error) {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		c.report(ch.cell, ch.line, 1, err.Error(), "")
		return
	}
	end := 0
	if n := len(ch.parts); n > 0 {
		end = ch.parts[n-1].at + ch.parts[n-1].n
	}
	for i, f := range inCompilersWords(ch.text, ch.base, list) {
		if f.offset > end {
			if i > 0 {
				continue // a consequence of the first
			}
			// The brace that the parser stumbles on is the wrapper's.
			f.message = strings.Replace(f.message, "unexpected }", "unexpected end of "+ch.called(), 1)
		}
		line, column := ch.position(token.Pos(ch.base.Base() + f.offset))
		c.report(ch.cell, line, column, f.message, "")
	}
}

// called is what the chunk's text is to its writer.
func (ch *chunk) called() string {
	switch {
	case ch.value:
		return "expression"
	case ch.last:
		return "cell"
	}
	return "statement"
}
