// Storelint guards the queries of pkg/store, the only room that speaks SQL. Every query there
// starts from a handle that is already bound to one workspace; what could shed that condition,
// or let a value become SQL, is refused:
//
//   - gorm methods that are not on the allow-list below;
//   - a condition given as a string that contains OR: gorm joins it to the workspace condition
//     without parentheses of its own, "workspace = x AND a OR b", which matches every tenant;
//   - SQL put together at run time, by concatenation or formatting.
package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/singlechecker"
)

// allowed lists the methods of gorm.DB that a query may use. Adding one is a decision: look at
// what it does to the conditions of the chain it is called on.
var allowed = []string{
	"AddError", "Callback", "Clauses", "Count", "Create", "CreateInBatches", "DB", "Delete",
	"Distinct", "Exec", "Find", "First", "Group", "Joins", "Limit", "Model", "Omit", "Order",
	"Pluck", "Raw", "Row", "Rows", "Scan", "ScanRows", "Scopes", "Select", "Table", "Take",
	"Transaction", "Update", "Updates", "Use", "Where", "WithContext",
}

// conditions gives, for the methods that add a condition to a chain, the argument that holds it.
var conditions = map[string]int{"Where": 0, "Joins": 0, "Delete": 1, "Find": 1, "First": 1, "Take": 1}

var disjunction = regexp.MustCompile(`(?i)\bOR\b`)

func main() {
	singlechecker.Main(&analysis.Analyzer{
		Name: "storelint",
		Doc:  "refuses queries of pkg/store that could leave their workspace",
		Run:  run,
	})
}

func run(pass *analysis.Pass) (any, error) {
	for _, file := range pass.Files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.SelectorExpr:
				if method(pass, node, "gorm.io/gorm", "DB") && !slices.Contains(allowed, node.Sel.Name) {
					pass.Reportf(node.Sel.Pos(), "gorm's %s is not on the store's allow-list", node.Sel.Name)
				}
			case *ast.CallExpr:
				if selector, ok := node.Fun.(*ast.SelectorExpr); ok {
					inspectCall(pass, node, selector)
				}
			}
			return true
		})
	}
	return nil, nil
}

func inspectCall(pass *analysis.Pass, call *ast.CallExpr, selector *ast.SelectorExpr) {
	callee, ok := pass.TypesInfo.Uses[selector.Sel].(*types.Func)
	if !ok || callee.Pkg() == nil || !speaksSQL(callee.Pkg().Path()) {
		return
	}
	position := sqlPosition(callee)
	index, conditional := conditions[selector.Sel.Name]
	conditional = conditional && method(pass, selector, "gorm.io/gorm", "DB")
	if conditional {
		position = index
	}
	if position < 0 || position >= len(call.Args) {
		return
	}
	text := call.Args[position]
	value := pass.TypesInfo.Types[text].Value
	switch {
	case value == nil && composed(pass, text):
		pass.Reportf(text.Pos(), "SQL is put together at run time; use constants and parameters")
	case value != nil && value.Kind() == constant.String && conditional && disjunction.MatchString(constant.StringVal(value)):
		pass.Reportf(text.Pos(), "a string condition with OR escapes the workspace; use = ANY or a row comparison")
	}
}

// sqlPosition finds the parameter that takes SQL: a string, or with gorm a first one of any type.
func sqlPosition(callee *types.Func) int {
	parameters := callee.Signature().Params()
	for i := range parameters.Len() {
		if callee.Signature().Variadic() && i == parameters.Len()-1 {
			break
		}
		switch of := parameters.At(i).Type().Underlying().(type) {
		case *types.Basic:
			if of.Kind() == types.String {
				return i
			}
		case *types.Interface:
			if i == 0 && of.Empty() {
				return i
			}
		}
	}
	return -1
}

func speaksSQL(path string) bool {
	return strings.HasPrefix(path, "gorm.io/") || strings.HasPrefix(path, "github.com/jackc/pgx/") || path == "database/sql"
}

// method reports whether selector names a method that the type itself declares.
func method(pass *analysis.Pass, selector *ast.SelectorExpr, path, name string) bool {
	fn, ok := pass.TypesInfo.Uses[selector.Sel].(*types.Func)
	if !ok {
		return false
	}
	receiver := fn.Signature().Recv()
	if receiver == nil {
		return false
	}
	of := receiver.Type()
	if pointer, ok := of.(*types.Pointer); ok {
		of = pointer.Elem()
	}
	named, ok := of.(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path
}

// composed reports whether a string expression joins text that is known only at run time.
func composed(pass *analysis.Pass, expression ast.Expr) bool {
	basic, ok := pass.TypesInfo.TypeOf(expression).Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsString == 0 {
		return false
	}
	switch expression := ast.Unparen(expression).(type) {
	case *ast.BinaryExpr:
		return expression.Op == token.ADD
	case *ast.CallExpr:
		selector, ok := expression.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		fn, ok := pass.TypesInfo.Uses[selector.Sel].(*types.Func)
		return ok && fn.Pkg() != nil && (fn.Pkg().Path() == "fmt" || fn.Pkg().Path() == "strings")
	}
	return false
}
