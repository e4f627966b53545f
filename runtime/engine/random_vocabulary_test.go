package engine

// The statements that random notebooks are made of. In them
//
//	«int»     is a name of that kind that is in scope,
//	«a:int»   is one that «a» names again further on,
//	«+a:int»  is a name that the statement declares, which may hide another,
//	@         is an expression of type int,
//	§         is a statement that changes something,
//	#         is a digit and ~ a word.
//
// A kind is a type, "type T" for a type of the notebook's own with the fields
// and methods of thing below, or a name for a function of a certain form.

// declaring are statements that make something.
var declaring = []string{
	// Plain values.
	"«+int» := #", "«+int» := @", "var «+int» int", "«+float64» := #.5", "«+float64» := float64(@) / 4", "var «+float64» float64",
	"«+string» := \"~\"", "«+string» := fmt.Sprint(\"~\", @)", "var «+string» string", "«+bool» := @ > @", "var «+bool» bool",
	"«+byte» := byte(#)", "«+a:int», «+b:int» := @, @", "«+a:int», «+b:string» := @, \"~\"", "var (\n\t«+a:int» = @\n\t«+b:[]int»\n)",
	"const «+const» = #", "const (\n\t«+a:const» = iota + #\n\t«+b:const»\n)", "«+int» := «int»", "var «+any» any = @", "var «+error» error",
	"«+error» := errors.New(\"~\")", "«+error» := fmt.Errorf(\"~: %w\", «error»)", "«+time» := time.Duration(@)",
	// Slices, arrays, maps and pointers, and other names for them.
	"«+[]int» := []int{#, #, #}", "«+[]int» := make([]int, 2, 8)", "var «+[]int» []int", "«+[]int» := «[]int»", "«+[]int» := «a:[]int»[:len(«a»)/2]", "«+[]int» := «a:[]int»[len(«a»)/2:]",
	"«+[]int» := append(«[]int», @)", "«+[]int» := slices.Clone(«[]int»)", "«+[]int» := «[3]int»[:]", "«+[]int» := «[3]int»[1:]", "«+[]int» := «*[3]int»[:2]",
	"«+[]int» := «thing».s", "«+[]int» := *«*[]int»", "«+*[]int» := &«[]int»", "«+*int» := &«[]int»[0]", "«+[3]int» := [3]int{#, #, #}", "var «+[3]int» [3]int", "«+[3]int» := «[3]int»", "«+*[3]int» := &«[3]int»",
	"«+*int» := &«[3]int»[1]", "«+[][]int» := [][]int{«[]int», «[]int»}", "«+[][]int» := [][]int{«[3]int»[:], {#}}", "«+[]int» := «[][]int»[0]", "«+[]*int» := []*int{&«int», &«int»}", "«+*int» := «[]*int»[1]",
	"«+[]string» := []string{\"~\", \"~\", \"~\"}", "var «+[]string» []string", "«+[]string» := strings.Fields(\"~ ~\")", "«+[]string» := «[]string»", "«+[]float64» := []float64{#, #, #}", "«+[]byte» := []byte(\"~\")",
	"«+map» := map[string]int{\"~\": #}", "var «+map» map[string]int", "«+map» := map[string]int{}", "«+map» := «map»", "«+map» := maps.Clone(«map»)", "«+map» := «thing».m", "«+mapslice» := map[string][]int{\"~\": «[]int»}", "«+[]int» := «mapslice»[\"~\"]",
	"«+mapptr» := map[string]*int{\"~\": &«int»}",
	"«+*int» := &«int»", "«+*int» := «*int»", "var «+*int» *int", "«+*int» := new(int)", "«+*int» := &«thing».n", "«+**int» := &«*int»", "«+*string» := &«string»", "«+any» := any(«*int»)", "«+any» := any(«[]int»)", "«+any» := any(«map»)",
	// Types.
	"type «+a:type thing» struct {\n\tn int\n\ts []int\n\tm map[string]int\n}\n\nfunc (o *«a») Inc() int {\n\to.n++\n\treturn o.n\n}\n\nfunc (o «a») Name() string { return fmt.Sprint(\"~\", o.n, o.s) }",
	"type «+a:type thing» struct {\n\tn int\n\ts []int\n\tm map[string]int\n}\n\nfunc (o *«a») Inc() int {\n\t§\n\to.n += @\n\treturn o.n\n}\n\nfunc (o «a») Name() string {\n\t§\n\treturn fmt.Sprint(o.n, @)\n}",
	"type «+a:type namer» interface {\n\tInc() int\n\tName() string\n}",
	"type «+a:type embedding» struct {\n\t«type thing»\n\tk int\n}", "type «+a:type sharing» struct {\n\t*«type thing»\n\tk int\n}",
	"type «+a:type node» struct {\n\tv int\n\tnext *«a»\n}",
	"type «+a:type machine» struct {\n\tstep func() int\n\tlog []int\n}\n\nfunc (o *«a») Run() int {\n\to.log = append(o.log, o.step())\n\treturn len(o.log)\n}",
	"type «+a:type enum» int\n\nconst (\n\t«+b:const» «a» = iota\n\t«+c:const»\n)\n\nfunc (o «a») String() string { return fmt.Sprint(\"~\", int(o), @) }",
	"type «+a:type heap» []int\n\nfunc (o «a») Len() int { return len(o) }\nfunc (o «a») Less(i, j int) bool { return o[i] < o[j] }\nfunc (o «a») Swap(i, j int) { o[i], o[j] = o[j], o[i] }\nfunc (o *«a») Push(x any) { *o = append(*o, x.(int)) }\nfunc (o *«a») Pop() any {\n\told := *o\n\tx := old[len(old)-1]\n\t*o = old[:len(old)-1]\n\treturn x\n}",
	"type «+a:type box»[T any] struct {\n\tv T\n\told []T\n}\n\nfunc (o *«a»[T]) Put(v T) int {\n\to.old = append(o.old, o.v)\n\to.v = v\n\treturn len(o.old)\n}",
	// Values of them.
	"«+thing» := «type thing»{n: @, s: []int{#, #}, m: map[string]int{}}", "«+thing» := «type thing»{s: «[]int», m: «map»}", "var «+thing» «type thing»", "«+thing» := «thing»", "«+*thing» := &«thing»", "«+*thing» := &«type thing»{n: @, s: «[]int»}", "«+*thing» := «*thing»", "«+thing» := *«*thing»",
	"«+thing» := «type thing»{n: #, m: «thing».m}", "«+things» := []«type thing»{{n: #}, {n: @, s: «[]int»}}", "«+*thing» := &«things»[0]",
	"var «+namer» «type namer» = &«thing»", "var «+namer» «type namer» = «*thing»", "«+namer» := «namer»", "var «+namer» «type namer» = &«type thing»{n: #}", "«+namers» := []«type namer»{&«thing», «*thing»}", "var «+fmt» interface{ Name() string } = «thing»",
	"«+embedding» := «type embedding»{k: #}", "«+sharing» := «type sharing»{&«thing», #}", "«+sharing» := «type sharing»{«*thing», @}",
	"«+node» := &«type node»{v: #}", "«+node» := &«type node»{#, «node»}", "«+machine» := &«type machine»{step: «func»}", "«+enum» := «type enum»(#)", "«+heap» := &«type heap»{#, #, #}", "«+box» := &«type box»[int]{v: #}", "«+anon» := struct {\n\tn int\n\ts []int\n}{@, «[]int»}",
	// Functions and closures.
	"«+func» := func() int {\n\t§\n\treturn @\n}", "«+func» := func() int {\n\t«a:int»++\n\treturn «a»\n}", "«+func» := func() int { return @ }", "«+func» := func() func() int {\n\tcount := #\n\treturn func() int {\n\t\tcount++\n\t\t§\n\t\treturn count\n\t}\n}()",
	"«+func» := «func»", "«+func» := «thing».Inc", "«+func» := «*thing».Inc", "«+func» := «namer».Inc", "«+func» := «sharing».Inc", "«+func» := «machine».Run", "var «+func» func() int", "«+text» := «thing».Name", "«+text» := «*thing».Name", "«+method» := («a:type thing»).Name", "«+func» := «[]func»[0]", "«+func» := «mapfunc»[\"~\"]", "«+func» := «decl0»", "«+func» := func() int { return «decl1»(#) }", "«+func» := «maker»(#)",
	"«+func1» := func(k int) int {\n\t§\n\treturn k + @\n}", "«+func1» := «decl1»", "«+func1» := func(k int) int { return «a:int» * k }", "«+[]func» := []func() int{«func», func() int { return @ }}", "var «+[]func» []func() int", "«+mapfunc» := map[string]func() int{\"~\": «func»}",
	"func «+decl0»() int { return @ }", "func «+decl0»() int {\n\t§\n\treturn @\n}", "func «+decl0»() int {\n\t§\n\t§\n\treturn «int»\n}", "func «+decl1»(k int) int {\n\tif k <= 0 {\n\t\treturn @\n\t}\n\t§\n\treturn k\n}", "func «+a:decl1»(k int) int {\n\tif k <= 1 {\n\t\treturn 1\n\t}\n\treturn k * «a»(k-1)\n}", "func «+decl1»(k int) int {\n\tif k > 0 {\n\t\treturn «b:decl1»(k - 1) + @\n\t}\n\treturn #\n}",
	"func «+setter»(p *int, v int) { *p = v }", "func «+filler»(s []int) {\n\tfor i := range s {\n\t\ts[i] += #\n\t}\n}", "func «+pointer»() *int { return &«int» }", "func «+slicer»() []int { return «[]int» }", "func «+maker»(k int) func() int {\n\treturn func() int {\n\t\tk++\n\t\t§\n\t\treturn k\n\t}\n}",
	"func «+generic»[T any](s []T, f func(T) T) []T {\n\tfor i := range s {\n\t\ts[i] = f(s[i])\n\t}\n\treturn s\n}", "func «+identity»[T any](v T) T { return v }", "func «+generic1»[T any](v T) T {\n\t§\n\treturn v\n}", "«+*int» := «identity»(«*int»)", "«+[]int» := «identity»(«[]int»)", "«+int» := «generic1»(@)",
	"«+*int» := «pointer»()", "«+[]int» := «slicer»()", "var «+iter» iter.Seq[int] = func(yield func(int) bool) {\n\tfor i := range 3 {\n\t\t§\n\t\tif !yield(i + @) {\n\t\t\treturn\n\t\t}\n\t}\n}", "«+pull», «+b:stop» := iter.Pull(«iter»)", "«+iter» := slices.Values(«[]int»)", "«+iter» := maps.Values(«map»)",
	// Values of the library that change.
	"«+int» := rand.Intn(100)", "«+float64» := rand.Float64()", "«+rng» := rand.New(rand.NewSource(#))", "«+rng» := rand.New(rand.NewSource(seed))", "«+int» := «rng».Intn(100)", "«+[]int» := «rng».Perm(4)", "«+rng» := «rng»",
	"«+sb» := &strings.Builder{}", "«+sb» := «sb»", "var «+sbv» strings.Builder", "«+sb» := &«sbv»", "«+buf» := bytes.NewBufferString(\"~ ~ ~\")", "var «+bufv» bytes.Buffer", "«+buf» := &«bufv»", "«+scanner» := bufio.NewScanner(strings.NewReader(\"~\\n~\\n~\"))", "«+reader» := strings.NewReader(\"~ ~\")", "«+bufio» := bufio.NewReader(«reader»)", "«+[]byte» := «buf».Bytes()",
	"«+list» := list.New()", "«+list» := «list»", "«+mutex» := &sync.Mutex{}", "var «+wg» sync.WaitGroup", "var «+once» sync.Once", "«+func» := sync.OnceValue(func() int {\n\t§\n\treturn @\n})", "«+regexp» := regexp.MustCompile(\"[a-c]+\")", "«+regexp» := regexp.MustCompile(\"a|ab\")", "var «+atomic» atomic.Int64", "var «+syncmap» sync.Map", "«+big» := big.NewInt(#)", "«+[]byte» := append(«[]byte», \"~\"...)",
	"«+chan» := make(chan int, 3)", "«+chan» := «chan»", "«+ctx», «+b:cancel» := context.WithCancel(ctx)", "«+log» := log.New(os.Stdout, \"~\", 0)", "«+encoder» := json.NewEncoder(os.Stdout)", "«+[]byte» := must(json.Marshal(«map»))",
	// Values of mlkit.
	"«+table» := view.NewTable(\"~\", \"a\", \"b\").Add(\"~\", @)", "«+table» := «table»", "«+report» := must(metric.Classify([]string{\"a\", \"b\", \"a\"}, []string{\"a\", \"a\", \"b\"}))", "«+report» := must(metric.Classify(«a:[]string», slices.Clone(«a»)))", "«+report» := «report»", "«+table» := «report».Table()", "«+metric» := «report».Accuracy()", "«+metric» := view.Metric{Name: \"~\", Value: «float64»}", "«+*metric» := &«metric»", "«+classes» := «report».Classes",
	"«+figure» := must(chart.Bar(«[]string», «[]float64», chart.BarOptions{}))", "«+series» := []chart.Series{{Name: \"~\", Y: «[]float64»}}", "«+corpus» := must(data.New(\"~\", []data.Document{{Text: \"~ ~\", Label: \"a\"}, {Text: \"~\", Label: \"b\"}, {Text: \"~\", Label: \"a\"}}))", "«+corpus» := must(data.Open(ctx, params.data, data.Options{}))", "«+corpus» := «corpus».Filter(func(d data.Document) bool { return d.Label == \"a\" })", "«+corpus» := «corpus».Filter(func(d data.Document) bool {\n\t§\n\treturn len(d.Text) > @\n})", "«+documents» := «corpus».Documents()", "«+[]string» := «corpus».Labels()", "«+[]float64» := «corpus».Lengths()", "«+corpus» := must(«corpus».Map(func(d data.Document) data.Document {\n\td.Label += \"~\"\n\t§\n\treturn d\n}))", "«+corpus» := must(data.New(\"~\", «documents»))",
	// Parameters and the seed.
	"«+int» := params.k", "«+[]int» := params.sizes", "«+string» := params.word", "«+int64» := seed", "«+*int» := &params.k",
}

// changing are statements that change something without declaring.
var changing = []string{
	"«int»++", "«int» += @", "«int» = @", "«int» *= 2", "«float64» /= 3", "«float64» = float64(@)", "«string» += \"~\"", "«string» = «string»", "«bool» = !«bool»", "«byte» += 100", "«int», «int» = @, @", "«a:int», «b:int» = «b», «a»",
	"«a:[]int»[0], «a»[len(«a»)-1] = «a»[len(«a»)-1], «a»[0]", "if len(«a:[]int») > 0 {\n\t«a»[0] = @\n}", "«a:[]int»[len(«a»)-1]++", "«a:[]int» = append(«a», @)", "_ = append(«a:[]int»[:len(«a»)/2], @)", "«a:[]int» = «a»[:len(«a»)/2]", "copy(«[]int», «[]int»)", "clear(«[]int»)", "slices.Sort(«[]int»)", "slices.Reverse(«[]int»)", "sort.Slice(«a:[]int», func(i, j int) bool { return «a»[i] > «a»[j] })", "sort.Sort(sort.Reverse(sort.IntSlice(«[]int»)))", "«[]int» = nil", "for i := range «a:[]int» {\n\t«a»[i] += i\n}", "«a:[]int» = slices.Delete(«a», 0, min(1, len(«a»)))", "«[3]int»[1]++", "«*[3]int»[2] += @", "*«*[]int» = append(*«*[]int», @)", "«a:[][]int»[0] = append(«a»[0][:0:0], @)", "if len(«a:[][]int»[0]) > 0 {\n\t«a»[0][0]++\n}", "*«[]*int»[0] += @", "«[]*int»[1] = &«int»", "«[3]int» = [3]int{#, #, #}",
	"«[]string»[0] = \"~\"", "«a:[]string» = append(«a», \"~\")", "sort.Strings(«[]string»)", "«[]float64»[0] = @ + 0.5", "«[]float64»[1]++", "«[]byte»[0] = 'x'",
	"«map»[\"~\"]++", "«map»[\"~\"] = @", "delete(«map», \"~\")", "clear(«map»)", "«map» = map[string]int{}", "«map» = nil", "for k := range «a:map» {\n\t«a»[k]++\n}", "«a:mapslice»[\"~\"] = append(«a»[\"~\"], @)", "*«mapptr»[\"~\"]++",
	"*«*int» = @", "*«*int»++", "«*int» = &«int»", "«*int» = nil", "**«**int» += @", "*«**int» = &«int»", "*«*string» += \"~\"", "*(«any».(*int)) = @", "«any» = @", "if s, ok := «any».([]int); ok && len(s) > 0 {\n\ts[0] = @\n}",
	"«thing».n += @", "«a:thing».s = append(«a».s, @)", "«thing».s = nil", "«thing».m = map[string]int{\"~\": #}", "if «a:thing».m != nil {\n\t«a».m[\"~\"]++\n}", "if len(«a:thing».s) > 0 {\n\t«a».s[0]++\n}", "«thing».Inc()", "«*thing».Inc()", "«*thing».n = @", "*«*thing» = «thing»", "«thing» = *«*thing»", "«*thing» = &«thing»", "«namer».Inc()", "«namer» = &«thing»", "«namers»[0].Inc()", "for _, o := range «namers» {\n\to.Inc()\n}", "«things»[0].Inc()", "«things»[1].n = @", "«a:things» = append(«a», «thing»)", "for _, o := range «things» {\n\to.n++\n}",
	"«embedding».Inc()", "«embedding».n = @", "«sharing».Inc()", "«sharing».k++", "«node».v++", "«node».next = «node»", "if «a:node».next != nil {\n\t«a».next.v = @\n}", "«machine».Run()", "«machine».step = «func»", "«enum»++", "heap.Push(«heap», @)", "heap.Init(«heap»)", "if «a:heap».Len() > 0 {\n\theap.Pop(«a»)\n}", "«box».Put(@)", "«anon».n++", "«a:anon».s = append(«a».s, «a».n)",
	"«func»()", "«func» = func() int { return @ }", "«func» = func() int {\n\t§\n\treturn #\n}", "«func1»(#)", "«func1» = func(k int) int { return k * @ }", "for _, g := range «[]func» {\n\tg()\n}", "«a:[]func» = append(«a», func() int { return @ })", "«mapfunc»[\"~\"] = «func»", "«decl0»()", "«decl1»(#)", "«setter»(&«int», @)", "«setter»(«*int», @)", "«filler»(«[]int»)", "«filler»(«[3]int»[:])", "«filler»(«thing».s)", "*«pointer»() = @", "if s := «slicer»(); len(s) > 0 {\n\ts[0]++\n}", "«generic»(«[]int», func(k int) int { return k + @ })", "«[]int» = «generic»(«[]int», «func1»)", "«generic1»(\"~\")", "for k := range «iter» {\n\t«int» += k\n}", "«pull»()", "«stop»()",
	"rand.Intn(100)", "rand.Shuffle(3, func(i, j int) { «int»++ })", "rand.Seed(#)", "«rng».Intn(100)", "«a:[]int» = append(«a», «rng».Intn(9))", "«rng».Seed(#)", "rand.Shuffle(len(«a:[]int»), func(i, j int) { «a»[i], «a»[j] = «a»[j], «a»[i] })",
	"«sb».WriteString(\"~\")", "fmt.Fprint(«sb», @)", "«sbv».WriteString(\"~\")", "«sb».Reset()", "«buf».ReadByte()", "«buf».WriteString(\"~\")", "«buf».Next(2)", "«bufv».WriteString(fmt.Sprint(@))", "«scanner».Scan()", "«reader».ReadByte()", "«bufio».ReadByte()", "«list».PushBack(@)", "«list».PushFront(#)", "if e := «a:list».Front(); e != nil {\n\t«a».Remove(e)\n}",
	"«mutex».Lock()\n§\n«mutex».Unlock()", "«once».Do(func() {\n\t§\n})", "«regexp».Longest()", "«atomic».Add(#)", "«syncmap».Store(\"~\", @)", "«big».Add(«big», big.NewInt(#))", "if len(«a:chan») < cap(«a») {\n\t«a» <- @\n}", "if len(«a:chan») > 0 {\n\t<-«a»\n}", "«cancel»()", "«log».SetPrefix(\"~\")",
	"for i := range 3 {\n\t«wg».Add(1)\n\tgo func() {\n\t\tdefer «wg».Done()\n\t\tif i == 1 {\n\t\t\t§\n\t\t}\n\t}()\n\t«wg».Wait()\n}", "done := make(chan bool)\ngo func() {\n\tdefer close(done)\n\t§\n}()\n<-done",
	"func() {\n\tdefer func() {\n\t\tif r := recover(); r != nil {\n\t\t\t§\n\t\t}\n\t}()\n\t§\n\tpanic(\"~\")\n}()", "func() {\n\tdefer func() { «int» += # }()\n\t§\n}()",
	"if @ > @ {\n\t§\n} else {\n\t§\n}", "{\n\t«a:int» := «a» + 1\n\t«a»++\n\t_ = «a»\n}", "for i := range 3 {\n\t«int» += i\n}", "switch {\ncase @ > 3:\n\t§\ndefault:\n\t§\n}", "if «a:int» := @; «a» > 1 {\n\t«int» += «a»\n}", "for «int» = range 4 {\n}", "for i, w := range «[]string» {\n\tfmt.Println(i, w)\n}",
	"«table».Add(\"~\", @)", "«table».Rows[0][1] = view.Cell{}", "«table».Caption = \"~\"", "«report».Classes[0].F1 = 0.#", "«report».Warnings = append(«report».Warnings, \"~\")", "«classes»[0].Label = \"~\"", "«metric».Value = 0.#", "«*metric».Value += 1", "«report».Correct = @", "«figure».Caption = \"~\"", "«figure».Alt = \"~\"", "«series»[0].Y[0] = @", "«documents»[0].Label = \"~\"", "«documents»[1].Keyphrases = []string{\"~\"}",
	"params.k++", "params.k = @", "params.sizes[0] += @", "params.word += \"~\"", "seed = #", "seed++",
	"os.Setenv(\"VIVA_TEST_~\", fmt.Sprint(@))", "log.SetFlags(#)", "log.SetPrefix(\"~\")", "log.SetOutput(«sb»)", "log.SetOutput(«buf»)", "io.EOF = errors.New(\"~\")", "time.Local = time.UTC", "os.Args = append(os.Args[:1], \"~\")", "os.Setenv(\"VIVA_TEST_a\", \"~\")", "leak.NearCopies.Name = \"~\"", "data.ErrEmpty = errors.New(\"~\")",
	"_ = time.Now().IsZero()",
}

// telling are statements whose output shows what is.
var telling = []string{
	"fmt.Println(«int»)", "fmt.Println(«int»)", "fmt.Println(@)", "fmt.Println(«float64»)", "fmt.Println(«string»)", "fmt.Println(«bool», «byte»)", "fmt.Println(«const»)", "fmt.Println(«error»)", "fmt.Println(«time», «int64»)", "fmt.Println(«int64»)",
	"fmt.Println(«[]int»)", "fmt.Println(«[]int»)", "fmt.Println(«[]int», len(«[]int»), cap(«[]int»))", "fmt.Println(«[3]int»)", "fmt.Println(*«*[3]int»)", "fmt.Println(«[][]int»)", "fmt.Println(*«*[]int»)", "fmt.Println(«[]string»)", "fmt.Println(«[]float64»)", "fmt.Println(string(«[]byte»))", "fmt.Println(*«[]*int»[0], *«[]*int»[1])",
	"fmt.Println(«map», len(«map»))", "for k, v := range «map» {\n\tfmt.Print(k, v, \" \")\n}", "fmt.Println(«mapslice»)", "fmt.Println(*«mapptr»[\"~\"])", "if «a:*int» != nil {\n\tfmt.Println(*«a»)\n}", "fmt.Println(«*int» != nil)", "fmt.Println(«*int» == &«int»)", "fmt.Println(*«*string»)", "fmt.Println(**«**int»)", "fmt.Printf(\"%T\\n\", «any»)", "if p, ok := «any».(*int); ok {\n\tfmt.Println(*p)\n} else {\n\tfmt.Println(«any»)\n}",
	"fmt.Println(«thing».n, «thing».s, «thing».m)", "fmt.Println(«thing»)", "fmt.Printf(\"%+v\\n\", *«*thing»)", "fmt.Println(«thing».Name())", "fmt.Println(«*thing».n, «*thing».s)", "fmt.Println(«thing».Inc())", "fmt.Println(«namer».Name())", "fmt.Println(«namer».Inc(), «namer».Name())", "fmt.Println(«fmt».Name())", "fmt.Println(«things»)", "fmt.Println(«embedding»)", "fmt.Println(«sharing».n, «sharing».k)", "fmt.Println(«node».v)", "for i, o := 0, «node»; o != nil && i < 9; i, o = i+1, o.next {\n\tfmt.Print(o.v, \" \")\n}", "fmt.Println(«machine».log)", "fmt.Println(«enum»)", "fmt.Println(*«heap»)", "fmt.Println(*«box»)", "fmt.Println(«anon»)", "for _, o := range «namers» {\n\tfmt.Println(o.Name())\n}",
	"fmt.Println(«func»())", "fmt.Println(«func»())", "fmt.Println(«text»())", "fmt.Println(«method»(«thing»))", "fmt.Println(«func1»(#))", "fmt.Println(«decl0»())", "fmt.Println(«decl1»(#))", "for _, g := range «[]func» {\n\tfmt.Print(g(), \" \")\n}", "fmt.Println(«mapfunc»[\"~\"]())", "fmt.Println(*«pointer»())", "fmt.Println(«slicer»())", "fmt.Println(«maker»(#)())", "fmt.Println(«generic»(«[]int», «func1»))", "fmt.Println(slices.Collect(«iter»))", "fmt.Println(«pull»())",
	"fmt.Println(rand.Intn(1000))", "fmt.Println(«rng».Intn(1000))", "fmt.Println(«sb».String())", "fmt.Println(«sbv».Len())", "fmt.Println(«buf».String())", "fmt.Println(«bufv».String())", "fmt.Println(«scanner».Scan(), «scanner».Text())", "fmt.Println(«reader».Len())", "fmt.Println(«bufio».ReadByte())", "for e := «list».Front(); e != nil; e = e.Next() {\n\tfmt.Print(e.Value, \" \")\n}", "fmt.Println(«regexp».FindString(\"abab\"))", "fmt.Println(«atomic».Load())", "fmt.Println(«syncmap».Load(\"~\"))", "fmt.Println(«big»)", "fmt.Println(len(«chan»))", "select {\ncase v := <-«chan»:\n\tfmt.Println(v)\ndefault:\n\tfmt.Println(\"~\")\n}", "fmt.Println(«ctx».Err())", "«log».Println(@)", "«encoder».Encode(«[]int»)", "fmt.Println(«mutex».TryLock())\n«mutex».Unlock()",
	"show.Table(«table»)", "show.Table(«report».Table())", "show.Metric(«metric»)", "show.Metric(«report».MacroF1())", "show.Note(fmt.Sprint(@))", "show.Number(\"~\", float64(@), \"count\")", "show.Gate(\"~\", view.Metric{Name: \"~\", Value: float64(@)}, view.AtMost(3))", "show.Claim(\"~\", «metric», view.AtLeast(0.5))", "show.Figure(«figure»)", "show.Figure(must(chart.Bar([]string{\"a\", \"b\", \"c\"}, «[]float64», chart.BarOptions{Title: \"~\"})))", "show.Figure(must(chart.Line(«series», chart.LineOptions{})))", "show.Value(«report»)", "show.Table(«corpus».ClassTable())", "fmt.Println(«corpus».Len(), «corpus».Classes())", "fmt.Println(«corpus».At(0).Label)", "fmt.Println(«documents»[0].Label)", "fmt.Println(«classes»[0])", "fmt.Println(«*metric».Value)", "show.Warning(«string»)", "show.HTML(\"<b>~</b>\")",
	"fmt.Println(params.k, params.sizes, params.word)", "fmt.Println(params.sizes)", "fmt.Println(seed)", "fmt.Println(must(data.Open(ctx, params.data, data.Options{})).Labels())", "fmt.Println(os.Getenv(\"VIVA_TEST_a\"))", "fmt.Println(log.Prefix(), log.Flags())", "fmt.Println(io.EOF)", "fmt.Println(time.Local)", "fmt.Println(len(os.Args))", "fmt.Println(leak.NearCopies.Name)", "fmt.Println(data.ErrEmpty)", "fmt.Println(time.Now().IsZero(), «int»)", "fmt.Println(len(must(os.ReadFile(params.data))) > 3)", "log.SetFlags(0)\nlog.Println(\"~\", @)", "fmt.Println(errors.Is(«error», «error»))",
}

// failing are statements that end their cell, mostly.
var failing = []string{
	"panic(\"~\")", "panic(fmt.Sprint(@))", "_ = must(strconv.Atoi(\"~\"))", "fmt.Println(«[]int»[99])", "var nothing map[string]int\nnothing[\"~\"] = @", "fmt.Println(1 / («int» - «int»))", "must(data.Open(ctx, \"missing.csv\", data.Options{}))", "if «int» > 3 {\n\tpanic(\"~\")\n}", "if @ < 3 {\n\t_ = must(1, errors.New(\"~\"))\n}", "errors.New(\"~\")", "«[]int»[len(«[]int»)]++", "os.Exit(#)",
}

// wrong are statements that do not check, or do not even parse.
var wrong = []string{
	"«+int» := \"~\" * 2", "undefined@()", "«int» = \"~\"", "x := = 3", "func {", "if true {", "«func»(1, 2)", "import \"no/such\"", "var q string = @", "return", "«thing».missing = 1",
}

// valued are expressions that a cell ends with, or that stand in prose.
var valued = []string{
	"«int»", "«int»", "«string»", "«float64»", "@", "«[]int»", "«map»", "«func»()", "«decl0»()", "«decl1»(#)", "«thing».n", "len(«[]int»)", "«rng».Intn(100)", "rand.Intn(100)", "«table»", "«report»", "«metric»", "«corpus».Len()", "«sb».String()", "«thing».Inc()", "params.k", "«const»", "«thing»", "*«*int»", "«[]int»[0]", "«namer».Inc()", "«enum»", "«pull»()",
}

// intExpressions are those that @ stands for.
var intExpressions = []string{
	"#", "#", "#", "#", "«int»", "«int»", "«int» + #", "«int» * «int» % 100", "len(«[]int»)", "len(«string»)", "len(«map»)", "«map»[\"~\"]", "«[3]int»[1]", "«thing».n", "«*thing».n", "«decl0»()", "«decl1»(2)", "«func1»(#)", "min(«int», #)", "params.k", "len(params.sizes)", "«int» % 7", "«sb».Len()", "«list».Len()", "len(«[]string»)", "cap(«[]int»)", "int(«float64»)", "int(«byte»)", "«corpus».Len()", "int(seed)", "«box».v",
}
