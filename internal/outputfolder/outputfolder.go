// Package outputfolder says where reports, records and models go. The command and
// the cells that it runs must agree on that; it writes nothing.
package outputfolder

import (
	"cmp"
	"os"
)

const (
	// Default is the folder where nothing else is said.
	Default = "outputs"
	// Variable is the variable of the environment that names another folder. The
	// command sets it for its cells.
	Variable = "VIVA_OUTPUTS"
)

// Path returns the folder.
func Path() string { return cmp.Or(os.Getenv(Variable), Default) }
