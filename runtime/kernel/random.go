package kernel

import (
	"reflect"

	"viva/runtime/kernel/child"
)

// seedTables binds the global functions of math/rand and math/rand/v2 to
// generators seeded with the notebook's seed.
func seedTables(tables map[string]map[string]reflect.Value, seed int64) {
	bind := func(table map[string]reflect.Value, generator reflect.Value) {
		for i := range generator.NumMethod() {
			name := generator.Type().Method(i).Name
			if f, ok := table[name]; ok && f.Kind() == reflect.Func {
				table[name] = generator.Method(i)
			}
		}
	}
	one, two := child.Generators(seed)
	bind(tables["math/rand/rand"], reflect.ValueOf(one))
	bind(tables["math/rand/v2/rand"], reflect.ValueOf(two))
}
