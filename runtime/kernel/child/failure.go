package child

import (
	"fmt"
	"log"
)

// stop is the panic by which must and os.Exit end an interpreted cell.
type stop struct{ failure Failure }

// Stop ends the cell with a message. The line is the notebook's, 0 where the
// running statement or the call path says it.
func Stop(line int, message, hint string) {
	f := Failure{Message: message, Line: line, Hint: hint}
	if current != nil {
		stopCompiled(&f)
	}
	panic(stop{f})
}

// Stops reports whether a recovered value is one by which an interpreted cell
// ends, which its own code does not get to see.
func Stops(v any) bool {
	_, ok := v.(stop)
	return ok
}

// ExitHint goes with what would have ended the program.
const ExitHint = "a cell ends with its last statement; it cannot end the program"

// Exit stands in the place of os.Exit in cells.
func Exit(code int) {
	Stop(0, fmt.Sprintf("the cell called os.Exit(%d)", code), ExitHint)
}

// Fatal, Fatalf and Fatalln stand in the place of package log's in cells. Those
// of a log.Logger end the process.
func Fatal(v ...any)                 { fatal(fmt.Sprint(v...)) }
func Fatalf(format string, v ...any) { fatal(fmt.Sprintf(format, v...)) }
func Fatalln(v ...any)               { fatal(fmt.Sprintln(v...)) }

func fatal(text string) {
	_ = log.Output(3, text)
	Stop(0, "the cell called log.Fatal", ExitHint)
}

// Panicked says what a recovered value means to the cell it ended.
func Panicked(v any) *Failure {
	if s, ok := v.(stop); ok {
		return &s.failure
	}
	return &Failure{Message: "panic: " + panicText(v)}
}

// panicText prints a value whose own methods may panic too.
func panicText(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a %T, whose text cannot be had: its method panics", v)
		}
	}()
	if err, ok := v.(error); ok {
		return err.Error()
	}
	return fmt.Sprint(v)
}
