package main

const (
	stackFrame = "how large a function's frame becomes is known only when the compiler has made its code"
	recovery   = "behind a syntax error go/parser reads on from another place than the compiler's parser"
)

// knownMistakes are the programs of errorcheck that the checker does not see
// as their marks say, with the reason.
var knownMistakes = map[string]string{
	"fixedbugs/bug385_64.go":   stackFrame,
	"fixedbugs/issue13319.go":  recovery,
	"fixedbugs/issue14006.go":  recovery,
	"fixedbugs/issue20529.go":  stackFrame,
	"fixedbugs/issue20780.go":  stackFrame,
	"fixedbugs/issue22200.go":  stackFrame,
	"fixedbugs/issue22200b.go": stackFrame,
	"fixedbugs/issue22164.go":  recovery,
	"fixedbugs/issue23664.go":  recovery,
	"fixedbugs/issue25507.go":  stackFrame,
	"fixedbugs/issue33386.go":  recovery,
	"fixedbugs/issue52697.go":  stackFrame,
	"shift1.go":                "the compiler too reports two lines that have no mark, and the checker the same two",
	"typeparam/issue54765.go":  "types outside of Go's heap are only in runtime/cgo, which no cell can import",
}
