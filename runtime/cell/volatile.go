package cell

// saves is the reason of what tells which files it wrote, by trace.Left: it may
// differ from run to run, but is the same again while the files are.
const saves = "saves a model"

// Untold reports whether a reason for which a cell is volatile has it run every
// time, since nothing tells when what the cell gave would be different.
func Untold(why string) bool { return why != saves }

// volatiles are the functions, methods and variables of other packages whose
// results differ from run to run, and what using one means for a cell.
// Reading data through mlkit/data is not among them: it is fingerprinted. Asking
// where data sets are is: it depends on what is on the machine.
var volatiles = map[string]map[string]string{
	"time": {
		"Now": "reads the clock", "Since": "reads the clock", "Until": "reads the clock", "After": "reads the clock",
		"Tick": "reads the clock", "NewTimer": "reads the clock", "NewTicker": "reads the clock", "AfterFunc": "reads the clock",
		"Local": "reads the environment",
	},
	"os": {
		"Getenv": "reads the environment", "LookupEnv": "reads the environment", "Environ": "reads the environment",
		"ExpandEnv": "reads the environment", "Args": "reads the environment", "Hostname": "reads the environment",
		"Getwd": "reads the environment", "Getpid": "reads the environment", "UserHomeDir": "reads the environment",
		"Open": "reads a file", "OpenFile": "reads a file", "ReadFile": "reads a file", "ReadDir": "reads a file",
		"Stat": "reads a file", "Lstat": "reads a file", "DirFS": "reads a file", "OpenRoot": "reads a file",
		"Create": "writes a file", "WriteFile": "writes a file", "Remove": "writes a file", "RemoveAll": "writes a file",
		"Rename": "writes a file", "Mkdir": "writes a file", "MkdirAll": "writes a file", "MkdirTemp": "writes a file",
		"CreateTemp": "writes a file", "Stdin": "reads the terminal",
	},
	"path/filepath": {"Glob": "reads a file", "Walk": "reads a file", "WalkDir": "reads a file", "Abs": "reads the environment"},
	"viva/mlkit/dataset": {
		"List": "reads the environment", "Lookup": "reads the environment", "Nearest": "reads the environment",
		"Locate": "reads a file", "Look": "reads a file", "Verify": "reads a file", "Downloads": "reads a file",
	},
	// Models lie in files that other notebooks, and other runs, write and remove.
	"viva/mlkit/model": {
		"Save": saves, "Load": "reads a file", "Old": "reads a file", "Names": "reads a file",
		"Saved.Weights": "reads a file", "Saved.Into": "reads a file", "Saved.Log": "reads a file",
	},
	"viva/mlkit/results": {"TestTable": "counts earlier runs"},
	"viva/mlkit/readme":  {"Write": "writes a file"},
	"viva/mlkit/split":   {"Plan.Save": "writes a file"},
	"viva/mlkit/prepare": {"Recipe.Save": "writes a file", "LoadRecipe": "reads a file"},
	"viva/mlkit/pipeline": {
		"Load": "reads a file", "Open": "reads a file",
		"Run": "reads the clock", "Result.Table": "shows what the clock said",
	},
	// What is read and written under another context, nobody is told of.
	"context":     {"Background": "has a context of its own", "TODO": "has a context of its own"},
	"crypto/rand": {"Read": "draws true random numbers", "Int": "draws true random numbers", "Reader": "draws true random numbers"},
}
