package highlight

import (
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
)

// golang colours Go, correct or not: what the scanner does not know stays plain.
func golang(code string) string {
	type piece struct {
		token      token.Token
		start, end int
	}
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(code))
	var s scanner.Scanner
	s.Init(file, []byte(code), func(token.Position, string) {}, scanner.ScanComments)
	var pieces []piece
	for {
		pos, kind, literal := s.Scan()
		if kind == token.EOF {
			break
		}
		start := file.Offset(pos)
		if kind == token.SEMICOLON && literal == "\n" {
			continue // put in by the scanner
		}
		length := len(literal)
		if length == 0 {
			length = len(kind.String())
		}
		// The scanner takes carriage returns out of these two.
		rest := code[start:]
		switch {
		case kind == token.STRING && strings.HasPrefix(rest, "`"):
			length = closing(rest, 1, "`")
		case kind == token.COMMENT && strings.HasPrefix(rest, "/*"):
			length = closing(rest, 2, "*/")
		}
		pieces = append(pieces, piece{kind, start, min(start+length, len(code))})
	}
	var out strings.Builder
	at := 0
	for i, p := range pieces {
		if p.start < at {
			continue
		}
		class := ""
		switch {
		case p.token == token.COMMENT:
			class = comment
		case p.token.IsKeyword():
			class = keyword
		case p.token == token.STRING, p.token == token.CHAR:
			class = text
		case p.token == token.INT, p.token == token.FLOAT, p.token == token.IMAG:
			class = number
		case p.token == token.IDENT:
			called := i+1 < len(pieces) && pieces[i+1].token == token.LPAREN
			class = nameClass(code[p.start:p.end], called)
		}
		span(&out, "", code[at:p.start])
		span(&out, class, code[p.start:p.end])
		at = p.end
	}
	span(&out, "", code[at:])
	return out.String()
}

// closing is the length of a token up to its end, or to that of the text.
func closing(text string, from int, end string) int {
	if i := strings.Index(text[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(text)
}

// nameClass is the class of an identifier; called says that a parenthesis
// follows.
func nameClass(name string, called bool) string {
	switch types.Universe.Lookup(name).(type) {
	case *types.TypeName, *types.Const, *types.Nil:
		return builtin
	case *types.Builtin:
		if called {
			return builtin
		}
	}
	if called {
		return function
	}
	return ""
}
