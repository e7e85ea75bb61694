package specdoc

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
)

// types are the declarations of a package, as far as a reference needs them.
type types struct {
	structs map[string]structType
	// texts are the named types of single values and of values of any shape,
	// with their comments.
	texts map[string]string
}

type structType struct {
	comment string
	members []member
}

// member is one field of a struct. An inlined one has no name in YAML.
type member struct {
	name, yaml, comment string
	inline              bool
	of                  ast.Expr
}

// parse reads the Go files at the top of a file system, tests excepted.
func parse(source fs.FS) (types, error) {
	t := types{structs: map[string]structType{}, texts: map[string]string{}}
	names, err := fs.Glob(source, "*.go")
	if err != nil {
		return types{}, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		content, err := fs.ReadFile(source, name)
		if err != nil {
			return types{}, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return types{}, err
		}
		for _, decl := range file.Decls {
			if err := t.declare(decl); err != nil {
				return types{}, err
			}
		}
	}
	return t, nil
}

func (t types) declare(decl ast.Decl) error {
	group, ok := decl.(*ast.GenDecl)
	if !ok || group.Tok != token.TYPE {
		return nil
	}
	for _, spec := range group.Specs {
		spec := spec.(*ast.TypeSpec)
		comment := flow(spec.Doc)
		if comment == "" {
			comment = flow(group.Doc)
		}
		switch of := spec.Type.(type) {
		case *ast.StructType:
			members, err := membersOf(of)
			if err != nil {
				return fmt.Errorf("type %s: %w", spec.Name.Name, err)
			}
			t.structs[spec.Name.Name] = structType{comment: comment, members: members}
		case *ast.Ident:
			if of.Name == "string" {
				t.texts[spec.Name.Name] = comment
			}
		case *ast.MapType:
			// A map of any shape is explained like a text with a form of its own.
			t.texts[spec.Name.Name] = comment
		}
	}
	return nil
}

func membersOf(of *ast.StructType) ([]member, error) {
	var members []member
	for _, field := range of.Fields.List {
		var tag string
		if field.Tag != nil {
			unquoted, err := strconv.Unquote(field.Tag.Value)
			if err != nil {
				return nil, err
			}
			tag = reflect.StructTag(unquoted).Get("json")
		}
		yaml, options, _ := strings.Cut(tag, ",")
		if len(field.Names) == 0 {
			if options != "inline" {
				return nil, fmt.Errorf("an embedded field without json:\",inline\" has no name in YAML")
			}
			members = append(members, member{inline: true, of: field.Type})
			continue
		}
		for _, name := range field.Names {
			if !name.IsExported() || yaml == "-" {
				continue
			}
			if yaml == "" {
				return nil, fmt.Errorf("field %s has no json tag, so no name in YAML", name.Name)
			}
			members = append(members, member{name: name.Name, yaml: yaml, comment: flow(field.Doc), of: field.Type})
		}
	}
	return members, nil
}

// flow is a comment with each paragraph on one line.
func flow(comment *ast.CommentGroup) string {
	var paragraphs []string
	for paragraph := range strings.SplitSeq(comment.Text(), "\n\n") {
		if words := strings.Fields(paragraph); len(words) > 0 {
			paragraphs = append(paragraphs, strings.Join(words, " "))
		}
	}
	return strings.Join(paragraphs, "\n\n")
}
