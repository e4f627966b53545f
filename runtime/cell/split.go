package cell

import (
	"fmt"
	"go/scanner"
	"go/token"
)

// kind says what an item at the top level of a cell is.
type kind int

const (
	statement kind = iota
	declaration
	method
	importing
)

// item is one statement or declaration at the top level of a cell, as byte
// offsets into the cell's code.
type item struct {
	kind       kind
	start, end int
}

// fault is something wrong at an offset of the cell's code.
type fault struct {
	offset        int
	message, hint string
}

// split cuts a cell's code into its top-level items. Cells mix what Go files
// keep apart, declarations and statements, so they are told apart here by
// their first tokens, before a parser sees them.
func split(code string) ([]item, []fault) {
	var (
		items  []item
		faults []fault
		s      scanner.Scanner
	)
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(code))
	s.Init(file, []byte(code), func(p token.Position, msg string) {
		faults = append(faults, fault{offset: p.Offset, message: msg})
	}, 0)

	type bracket struct {
		tok token.Token
		at  int
	}
	var (
		open  []bracket
		first []token.Token // of the item, as many as tell its kind
		cur   = item{start: -1}
	)
	closes := map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACK: token.LBRACK, token.RBRACE: token.LBRACE}
	for {
		pos, tok, lit := s.Scan()
		at := file.Offset(pos)
		if tok == token.EOF {
			// Without a semicolon before it, the last item is incomplete.
			if cur.start >= 0 {
				cur.kind = classify(first)
				items = append(items, cur)
			}
			break
		}
		if tok == token.SEMICOLON && len(open) == 0 {
			if cur.start >= 0 {
				cur.kind = classify(first)
				items = append(items, cur)
			}
			cur, first = item{start: -1}, nil
			continue
		}
		if cur.start < 0 {
			cur.start = at
		}
		n := len(lit)
		if n == 0 {
			n = len(tok.String())
		}
		if tok != token.SEMICOLON {
			cur.end = min(at+n, len(code))
		}
		first = append(first, tok)
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, bracket{tok, at})
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) == 0 {
				return nil, append(faults, fault{offset: at, message: fmt.Sprintf("syntax error: unexpected %s", tok), hint: "nothing is open that it could close"})
			}
			if last := open[len(open)-1]; last.tok != closes[tok] {
				line := 1
				for _, c := range code[:last.at] {
					if c == '\n' {
						line++
					}
				}
				return nil, append(faults, fault{offset: at, message: fmt.Sprintf("syntax error: %s closes the %s of the cell's line %d", tok, last.tok, line)})
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		last := open[len(open)-1]
		return nil, append(faults, fault{offset: last.at, message: fmt.Sprintf("syntax error: this %s is never closed", last.tok)})
	}
	return items, faults
}

// classify tells an item's kind from its tokens.
func classify(tokens []token.Token) kind {
	switch tokens[0] {
	case token.IMPORT:
		return importing
	case token.TYPE, token.CONST:
		return declaration
	case token.FUNC:
		if len(tokens) > 1 && tokens[1] == token.IDENT {
			return declaration
		}
		// A method, func (r T) Name(…), or a function literal that is called,
		// func(…) T {…}(): behind a method's receiver stand a name and a
		// parenthesis.
		depth := 0
		for i, t := range tokens {
			switch t {
			case token.LPAREN:
				depth++
			case token.RPAREN:
				depth--
				if depth == 0 {
					if i+2 < len(tokens) && tokens[i+1] == token.IDENT && tokens[i+2] == token.LPAREN {
						return method
					}
					return statement
				}
			}
		}
	}
	return statement
}
