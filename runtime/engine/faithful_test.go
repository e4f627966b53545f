package engine

import (
	"testing"
	"time"

	"viva/runtime/record"
)

// The expected texts are what the programs print when they are compiled. None
// of these is run so by the interpreter alone; some wait for ever.
func TestWhatTheInterpreterAloneGetsWrong(t *testing.T) {
	examples := []struct{ name, code, want string }{
		{"a deferred closure calls a local function", "func f() {\n\tg := func() { fmt.Print(\"g\") }\n\tdefer func() { g() }()\n\tdefer g()\n\tfmt.Print(\"x\")\n}\nf()", "xgg"},
		{"defer in loops", "func f() {\n\tfor i := range 3 {\n\t\tdefer fmt.Print(i)\n\t}\n\tfor i := 0; i < 3; i++ {\n\t\tdefer func() { fmt.Print(\"c\", i, \" \") }()\n\t}\n}\nf()", "c2 c1 c0 210"},
		{"deferred builtins and methods", "func f() string {\n\tm := map[string]int{\"a\": 1}\n\tvar mu sync.Mutex\n\tc := make(chan int)\n\tfunc() {\n\t\tmu.Lock()\n\t\tdefer mu.Unlock()\n\t\tdefer delete(m, \"a\")\n\t\tdefer close(c)\n\t}()\n\tmu.Lock()\n\t_, open := <-c\n\treturn fmt.Sprint(len(m), open)\n}\nfmt.Print(f())", "0 false"},
		{"arguments of defer are evaluated at once", "func f() {\n\tx := 1\n\tdefer fmt.Print(x)\n\tdefer func(n int) { fmt.Print(n) }(x + 1)\n\tx = 9\n}\nf()", "21"},
		{"defer and results", "func f() (int, error) {\n\tdefer fmt.Print(\"bye \")\n\treturn 3, errors.New(\"e\")\n}\nfunc g() int {\n\tx := 1\n\tdefer func() { x = 9 }()\n\treturn x\n}\nfunc h() (x int) {\n\tdefer func() { x *= 2 }()\n\treturn 21\n}\nfmt.Print(f())\nfmt.Print(\" \", g(), h())", "bye 3 e 1 42"},
		{"recover", "func safe(f func()) (err error) {\n\tdefer func() {\n\t\tif r := recover(); r != nil {\n\t\t\terr = fmt.Errorf(\"recovered: %v\", r)\n\t\t}\n\t}()\n\tf()\n\treturn nil\n}\nvar m map[string]int\nfmt.Println(safe(func() { m[\"a\"] = 1 }))\nfmt.Println(safe(func() { panic(errors.New(\"boom\")) }))\nfmt.Println(safe(func() {}), recover())", "recovered: assignment to entry in nil map\nrecovered: boom\n<nil> <nil>\n"},
		{"recover in a declared function", "func catch() { fmt.Print(\"caught \", recover()) }\nfunc f() {\n\tdefer catch()\n\tpanic(\"x\")\n}\nf()", "caught x"},
		{"a panic in a deferred call leaves the others", "func f() {\n\tdefer func() { fmt.Print(recover()) }()\n\tdefer fmt.Print(\"runs \")\n\tdefer func() { panic(\"second\") }()\n\tpanic(\"first\")\n}\nf()", "runs second"},
		{"closures over range variables", "var fs []func() int\nfor i, s := range []int{5, 6} {\n\tfs = append(fs, func() int { return i*10 + s })\n}\nfor _, r := range \"ab\" {\n\tfs = append(fs, func() int { return int(r) })\n}\nfor _, f := range fs {\n\tfmt.Print(f(), \" \")\n}", "5 16 97 98 "},
		{"closures given to compiled functions in loops", "var fs []func()\nout := make([]int, 4)\nfor i := 0; i < 4; i++ {\n\tfs = append(fs, sync.OnceFunc(func() { out[i] = i * i }))\n}\nfor _, f := range fs {\n\tf()\n}\nfmt.Print(out)", "[0 1 4 9]"},
		{"offsets of characters", "for i, r := range \"aé日b\" {\n\tfmt.Print(i, string(r), \" \")\n}\nfor i := range \"é1\" {\n\tfmt.Print(i)\n}", "0a 1é 3日 6b 02"},
		{"constants", "const (\n\tKB = 1 << (10 * (iota + 1))\n\tMB\n)\nconst huge = 1 << 100\nvar x float32 = 0.1\nh := uint64(14695981039346656037)\nh *= 1099511628211\nfmt.Println(KB, MB, huge>>98, x*3, h, -0.0, 'x', 5/2, 5/2.0, math.MaxUint32, uint64(math.MaxUint64))", "1024 1048576 4 0.3 12638153115695167455 0 120 2 2.5 4294967295 18446744073709551615\n"},
		{"typed constants", "type Day int\nconst (\n\tMon Day = iota + 1\n\tTue\n)\nfunc (d Day) String() string { return [...]string{\"\", \"Mon\", \"Tue\"}[d] }\nfmt.Print(Tue, 2*time.Second, Mon+1 == Tue)", "Tue 2s true"},
		{"a switch on any", "func f(x any) string {\n\tswitch x {\n\tcase 1, 2:\n\t\treturn \"number\"\n\tcase \"a\":\n\t\treturn \"A\"\n\tcase nil:\n\t\treturn \"nil\"\n\t}\n\treturn \"?\"\n}\nfmt.Print(f(2), f(\"a\"), f(nil), f(2.5))", "numberAnil?"},
		{"several conditions in a clause", "for _, b := range []byte(\"a5Z-\") {\n\tswitch {\n\tcase '0' <= b && b <= '9',\n\t\t'A' <= b && b <= 'Z':\n\t\tfmt.Print(\"y\")\n\tdefault:\n\t\tfmt.Print(\"n\")\n\t}\n}", "nyyn"},
		{"several values into maps and fields", "m := map[string]string{}\nvar v any = \"q\"\nvar ok bool\nm[\"x\"], ok = v.(string)\nvar t struct {\n\tn   int\n\terr error\n}\nt.n, t.err = strconv.Atoi(\"4\")\nfmt.Print(m, ok, t.n, t.err)", "map[x:q] true 4 <nil>"},
		{"errors of the notebook's own", "type NotFound struct{ name string }\nfunc (e *NotFound) Error() string { return e.name + \" not found\" }\nfunc find(n string) error { return fmt.Errorf(\"find: %w\", &NotFound{n}) }\nerr := find(\"x\")\nvar nf *NotFound\nfmt.Println(errors.As(err, &nf), nf.name, err)\nfmt.Println(errors.As(io.EOF, &nf), errors.Is(err, nf), errors.Is(err, io.EOF), errors.Unwrap(err) == nf)\nswitch e := errors.Unwrap(err).(type) {\ncase *NotFound:\n\tfmt.Println(e.name)\ndefault:\n\tfmt.Println(\"other\")\n}", "true x find: x not found\nfalse true false true\nx\n"},
		{"comparing interface values", "type Shape interface{ Area() int }\ntype Sq struct{ s int }\nfunc (q Sq) Area() int { return q.s }\nx := []Shape{Sq{2}, Sq{3}}\nfmt.Print(x[0] == x[0], x[0] == Sq{2}, x[0] != x[1], x[0] == nil)", "true true true false"},
		{"embedded interfaces and method expressions", "type Shape interface{ Area() int }\ntype Sq struct{ s int }\nfunc (q Sq) Area() int { return q.s }\nfunc (q *Sq) Grow() { q.s++ }\ntype Named struct {\n\tShape\n\tname string\n}\nn := Named{Sq{4}, \"n\"}\nq := Sq{1}\ngrow := (*Sq).Grow\ngrow(&q)\nfmt.Print(n.Area(), Sq.Area(q))", "4 2"},
		{"lower-case fields stay out of JSON", "type R struct {\n\tName string `json:\"name\"`\n\tsize, Score int\n\thidden []string\n}\nb, err := json.Marshal(R{\"a\", 1, 2, nil})\nfmt.Print(string(b), err)\nvar r R\nerr = json.Unmarshal([]byte(`{\"name\":\"z\",\"hidden\":[\"x\"],\"Xhidden\":[\"x\"]}`), &r)\nfmt.Print(r.Name, len(r.hidden), err)", "{\"name\":\"a\",\"Score\":2}<nil>z0 <nil>"},
		{"print and println", "println(\"a\", 1.5, true)\nprint(\"b\", \"c\")", "a 1.5 true\nbc"},
	}
	var all []example
	for _, c := range examples {
		all = append(all, example{c.name, []string{c.code}, c.want})
	}
	compiled(t, "", all)
	for _, c := range examples {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := runCells(t, t.Context(), Options{Timeout: time.Minute}, c.code)
			if got := text(r); got != c.want || r.Status != record.OK {
				t.Errorf("got %q (%s), want %q", got, r.Status, c.want)
			}
		})
	}
}

func TestFailedMustIsNotRecovered(t *testing.T) {
	r := runCells(t, t.Context(), Options{}, "func f() {\n\tdefer func() { fmt.Print(recover()) }()\n\tmust(strconv.Atoi(\"x\"))\n}\nf()")
	if got, want := text(r), "<nil>[7: strconv.Atoi: parsing \"x\": invalid syntax]"; got != want || r.Status != record.Failed {
		t.Errorf("got %q (%s), want %q", got, r.Status, want)
	}
}
