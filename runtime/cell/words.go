package cell

import (
	"cmp"
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inCompilersWords gives the errors that go/parser found in a text as the
// compiler words and places them: of errors of syntax, one a line. Offsets are
// in bytes of the text.
func inCompilersWords(text string, base *token.File, list scanner.ErrorList) []fault {
	if len(list) == 0 {
		return nil
	}
	w := &words{text: text, tokens: tokens(text)}
	unread := map[int]bool{} // lines on which the scanner failed
	for _, e := range list {
		if characters.MatchString(e.Msg) {
			unread[e.Pos.Line] = true
		}
	}
	var found []fault
	lost := -1 // up to where go/parser's errors are consequences
	for _, e := range list {
		f := fault{offset: e.Pos.Offset, message: e.Msg}
		parsed := !characters.MatchString(e.Msg)
		switch {
		case parsed && (f.offset < lost || unread[e.Pos.Line]):
			continue
		case parsed && len(found) > 0 && w.at(f.offset).tok == token.EOF:
			continue
		case strings.HasPrefix(e.Msg, "expected declaration") && w.at(f.offset).tok != token.EOF:
			continue // below
		case strings.HasPrefix(e.Msg, "expected statement") && w.labelled(f.offset):
			continue // below
		}
		if parsed && w.losesBlock(e.Msg, f.offset) {
			lost = w.nextFunction(f.offset)
		}
		found = append(found, w.reword(f))
	}
	if slices.ContainsFunc(list, func(e *scanner.Error) bool { return strings.HasPrefix(e.Msg, "expected declaration") }) {
		found = append(found, w.strays()...)
	}
	found = append(found, w.bareLabels()...)
	slices.SortStableFunc(found, func(a, b fault) int { return cmp.Compare(a.offset, b.offset) })
	bad := map[int]bool{}
	return slices.DeleteFunc(found, func(f fault) bool {
		if !strings.HasPrefix(f.message, "syntax error") {
			return false
		}
		line := base.PositionFor(base.Pos(min(f.offset, len(text))), false).Line
		again := bad[line]
		bad[line] = true
		return again
	})
}

// words rewords the errors of one text.
type words struct {
	text   string
	tokens []lexeme
}

// lexeme is a token with where it stands.
type lexeme struct {
	offset int
	tok    token.Token
	lit    string
	within context
}

// context is the kind of bracket that a token stands in.
type context byte

const (
	atTop context = iota
	inBlock
	inSwitch
	inStruct
	inInterface
	inLiteral
	inParens
	inBrackets
)

// tokens gives those of a text. What stands in which bracket is guessed from
// the keywords in front of it, as the text may be no Go.
func tokens(text string) []lexeme {
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	var all []lexeme
	open := []context{atTop}
	// clause is the keyword that the next brace belongs to, for each bracket.
	clause := []token.Token{token.ILLEGAL}
	before := token.ILLEGAL
	for {
		pos, tok, lit := s.Scan()
		last := len(open) - 1
		switch tok {
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if last > 0 {
				open, clause = open[:last], clause[:last]
			}
		}
		all = append(all, lexeme{file.Offset(pos), tok, lit, open[len(open)-1]})
		last = len(open) - 1
		switch tok {
		case token.EOF:
			return all
		case token.FUNC, token.IF, token.FOR, token.SWITCH, token.SELECT, token.STRUCT, token.INTERFACE, token.ELSE:
			clause[last] = tok
		case token.SEMICOLON:
			if clause[last] == token.FUNC || clause[last] == token.STRUCT {
				clause[last] = token.ILLEGAL
			}
		case token.LPAREN:
			open, clause = append(open, inParens), append(clause, token.ILLEGAL)
		case token.LBRACK:
			open, clause = append(open, inBrackets), append(clause, token.ILLEGAL)
		case token.LBRACE:
			kind := inLiteral
			switch clause[last] {
			case token.FUNC, token.IF, token.FOR, token.ELSE:
				kind = inBlock
			case token.SWITCH, token.SELECT:
				kind = inSwitch
			case token.STRUCT:
				kind = inStruct
			case token.INTERFACE:
				kind = inInterface
			default:
				if before == token.SEMICOLON || before == token.LBRACE && open[last] == inBlock {
					kind = inBlock
				}
			}
			clause[last] = token.ILLEGAL
			open, clause = append(open, kind), append(clause, token.ILLEGAL)
		}
		before = tok
	}
}

// at is the token that stands at an offset, or behind it.
func (w *words) at(offset int) lexeme {
	for _, t := range w.tokens {
		if t.offset >= offset {
			return t
		}
	}
	return w.tokens[len(w.tokens)-1]
}

// name is what the compiler calls a token.
func (t lexeme) name() string {
	switch {
	case t.tok == token.EOF:
		return "EOF"
	case t.tok == token.SEMICOLON && t.lit == "\n":
		return "newline"
	case t.tok == token.SEMICOLON:
		return "semicolon"
	case t.tok == token.COMMA:
		return "comma"
	case t.tok == token.IDENT:
		return "name " + t.lit
	case t.tok.IsLiteral():
		return "literal " + t.lit
	case t.tok.IsKeyword():
		return "keyword " + t.tok.String()
	}
	return t.tok.String()
}

// losesBlock reports whether an error is about the brace of a block that is not
// on the line where it should be: the compiler looks for it, while go/parser
// reads on outside of the block.
func (w *words) losesBlock(message string, offset int) bool {
	t := w.at(offset)
	return strings.HasPrefix(message, "expected '{'") && t.tok == token.SEMICOLON || strings.HasPrefix(message, "expected operand, found '{'") && t.within == inBlock
}

// nextFunction is the offset of the first func behind an offset that starts a
// line, or of the end.
func (w *words) nextFunction(offset int) int {
	if i := strings.Index(w.text[offset:], "\nfunc "); i >= 0 {
		return offset + i + 1
	}
	return len(w.text) + 1
}

// strays reports the statements outside of functions. Behind one the compiler
// looks for the next declaration.
func (w *words) strays() []fault {
	var found []fault
	skipping := false
	before := token.SEMICOLON
	for _, t := range w.tokens {
		switch t.tok {
		case token.IMPORT, token.CONST, token.TYPE, token.VAR, token.FUNC, token.PACKAGE:
			skipping = false
		case token.SEMICOLON, token.EOF:
		default:
			if !skipping && before == token.SEMICOLON && t.within == atTop {
				found = append(found, fault{offset: t.offset, message: "syntax error: non-declaration statement outside function body"})
				skipping = true
			}
		}
		before = t.tok
	}
	return found
}

// bareLabels reports the labels that the next case follows.
func (w *words) bareLabels() []fault {
	var found []fault
	for i := range w.tokens {
		if w.endsLabel(i) {
			found = append(found, fault{offset: w.tokens[i-2].offset, message: "syntax error: missing statement after label"})
		}
	}
	return found
}

// endsLabel reports whether the token is a case right behind a label.
func (w *words) endsLabel(i int) bool {
	if i < 3 || w.tokens[i].tok != token.CASE && w.tokens[i].tok != token.DEFAULT {
		return false
	}
	before := w.tokens[i-3].tok
	return w.tokens[i-1].tok == token.COLON && w.tokens[i-2].tok == token.IDENT && (before == token.SEMICOLON || before == token.COLON)
}

// labelled reports whether the token at an offset is a case behind a label.
func (w *words) labelled(offset int) bool {
	i := slices.IndexFunc(w.tokens, func(t lexeme) bool { return t.offset == offset })
	return i >= 0 && w.endsLabel(i)
}

var (
	expected = regexp.MustCompile(`^expected (.*?)(?:, found .*)?$`)
	missing  = regexp.MustCompile(`^missing ',' (?:before newline )?in (.*)$`)
	// characters recognises what go/scanner reports.
	characters = regexp.MustCompile(`^(illegal [^l]|invalid (character|digit|radix|BOM)|unknown escape|escape |exponent|hexadecimal mantissa|'_'|.* has no digits|.* literal not terminated|comment not|curly|.* exponent requires)`)
)

// spelling is for what go/parser and go/scanner say in words of their own.
var spelling = map[string]string{
	"illegal character NUL":             "invalid NUL character",
	"illegal UTF-8 encoding":            "invalid UTF-8 encoding",
	"illegal byte order mark":           "invalid BOM in the middle of the file",
	"unknown escape sequence":           "unknown escape",
	"string literal not terminated":     "newline in string",
	"raw string literal not terminated": "string not terminated",
	"illegal label declaration":         "syntax error: unexpected : at end of statement",
}

// reword gives one error in the compiler's words.
func (w *words) reword(f fault) fault {
	t := w.at(f.offset)
	rest := w.text[min(f.offset, len(w.text)):]
	if f.message == "string literal not terminated" {
		f.offset += max(0, strings.IndexByte(rest, '\n'))
	}
	if said, ok := spelling[f.message]; ok {
		f.message = said
		return f
	}
	if m := missing.FindStringSubmatch(f.message); m != nil {
		f.message = "syntax error: unexpected " + t.name() + " in " + m[1] + "; possibly missing comma or " + t.within.closer()
		return f
	}
	if m := expected.FindStringSubmatch(f.message); m != nil {
		return w.expected(f, t, m[1])
	}
	switch {
	case f.message == "illegal rune literal" && strings.HasPrefix(rest, "''"):
		f.message = "empty rune literal or unescaped '"
	case f.message == "illegal rune literal":
		f.message = "more than one character in rune literal"
	case f.message == "rune literal not terminated" && !strings.Contains(strings.SplitN(rest, "\n", 2)[0][1:], "'"):
		f.message = "newline in rune literal"
	case strings.HasPrefix(f.message, "illegal character "):
		f.message = w.character(f.offset, strings.TrimPrefix(f.message, "illegal character "))
	case characters.MatchString(f.message), unchanged[f.message], strings.HasPrefix(f.message, "expression in "):
	default:
		f.message = "syntax error: " + strings.Replace(f.message, "expecting", "expected", 1)
	}
	return f
}

// character says what is wrong with a character: where it would start a name
// or stands in one, that it cannot.
func (w *words) character(offset int, named string) string {
	r, _ := utf8.DecodeRuneInString(w.text[offset:])
	before, _ := utf8.DecodeLastRuneInString(w.text[:offset])
	if strings.HasSuffix(named, " in escape sequence") {
		base := "hexadecimal"
		if i := strings.LastIndexByte(w.text[:offset], '\\'); i >= 0 && i+1 < offset && '0' <= w.text[i+1] && w.text[i+1] <= '7' {
			base = "octal"
		}
		return fmt.Sprintf("invalid character %q in %s escape", r, base)
	}
	switch {
	case before == '_' || unicode.IsLetter(before) || unicode.IsDigit(before):
		if r >= utf8.RuneSelf {
			return "invalid character " + named + " in identifier"
		}
	case unicode.IsDigit(r):
		return "identifier cannot begin with digit " + named
	}
	return "invalid character " + named
}

// unchanged are the messages that are the compiler's too and no errors of syntax.
var unchanged = map[string]bool{
	"middle index required in 3-index slice": true,
	"final index required in 3-index slice":  true,
	"can only use ... with final parameter":  true,
	"invalid use of ...":                     true,
	"empty type parameter list":              true,
}

func (c context) closer() string {
	switch c {
	case inParens:
		return ")"
	case inBrackets:
		return "]"
	}
	return "}"
}

// expected rewords that something else than t is expected.
func (w *words) expected(f fault, t lexeme, what string) fault {
	unexpected := "syntax error: unexpected " + t.name()
	clause, start := w.clause(f.offset)
	switch {
	case what == "at most 2 expressions":
		f.message = "range clause permits at most two iteration variables"
	case what == "';'" && t.within == atTop:
		f.message = unexpected + " after top level declaration"
	case what == "';'" && t.within == inStruct:
		f.message = unexpected + ", expected semicolon, newline, or }"
	case what == "';'":
		f.message = unexpected + " at end of statement"
	case what == "declaration":
		f.message = "syntax error: non-declaration statement outside function body"
	case what == "'package'":
		f.message = "syntax error: package statement must be first"
	case what == "if statement or block":
		f.message = "syntax error: else must be followed by if or statement block"
	case what == "'{'" && t.tok == token.VAR && clause != "":
		f.message = "syntax error: var declaration not allowed in " + clause + " initializer"
	case what == "'{'" && t.tok == token.SEMICOLON && (clause == "if" || clause == "for"):
		f.message = unexpected + ", expected { after " + clause + " clause"
	case what == "'{'" && t.tok == token.SEMICOLON && clause != "":
		f.message = "syntax error: missing { after " + clause + " clause"
	case what == "'}'" && t.within == inSwitch:
		f.message = unexpected + ", expected case or default or }"
	case strings.HasSuffix(what, "boolean expression"), strings.HasSuffix(what, "range expression"), what == "switch expression":
		end := strings.IndexAny(w.text[f.offset:], ";{\n")
		if start >= 0 && end >= 0 {
			f.message = "syntax error: cannot use " + strings.TrimSpace(w.text[f.offset:f.offset+end]) + " as value"
			break
		}
		f.message = unexpected + ", expected " + what
	case what == "operand" && t.tok == token.LBRACE && clause == "for":
		f.message = unexpected + ", expected for loop condition"
	case what == "operand":
		f.message = unexpected + ", expected expression"
	case what == "selector or type assertion":
		f.message = unexpected + ", expected name or ("
	case what == "'IDENT'":
		f.message = unexpected + ", expected name"
	case what == "type" && w.before(f.offset).tok == token.CHAN:
		f.message = "syntax error: missing channel element type"
	case what == "type" && w.declares(f.offset):
		f.message = unexpected + " in type declaration"
	default:
		f.message = unexpected + ", expected " + strings.Trim(what, "'")
	}
	return f
}

// before is the token in front of an offset.
func (w *words) before(offset int) lexeme {
	last := lexeme{tok: token.ILLEGAL}
	for _, t := range w.tokens {
		if t.offset >= offset {
			break
		}
		last = t
	}
	return last
}

// declares reports whether a type's declaration has come as far as its name.
func (w *words) declares(offset int) bool {
	name := w.before(offset)
	return name.tok == token.IDENT && w.before(name.offset).tok == token.TYPE
}

// clause is the keyword of the control clause on the line of an offset and
// where it stands, "" and -1 if there is none.
func (w *words) clause(offset int) (string, int) {
	word, at := "", -1
	line := strings.LastIndexByte(w.text[:min(offset, len(w.text))], '\n')
	for _, t := range w.tokens {
		if t.offset > offset {
			break
		}
		if t.offset <= line {
			continue
		}
		switch t.tok {
		case token.IF, token.FOR, token.SWITCH, token.SELECT:
			word, at = t.tok.String(), t.offset
		}
	}
	return word, at
}
