//! The kinds of nodes and their roles, as the grammar names them.

use std::sync::LazyLock;

use tree_sitter::Language;

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$own:meta])* $other:ident),*; $($name:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[allow(missing_docs, reason = "the names are those of the grammar")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $type { $($(#[$own])* $other,)* $($name,)* }

        impl $type {
            fn named(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

names! {
    /// What a node is.
    Kind {
    /// A node that does not parse, or that the parser made up.
    Error,
    /// A node below the greatest depth; what it holds is not in the tree.
    Cut,
    /// An operator or another token that has a role but no name.
    Token;
    Module = "module",
    FutureImportStatement = "future_import_statement",
    ImportStatement = "import_statement",
    ImportFromStatement = "import_from_statement",
    RelativeImport = "relative_import",
    ImportPrefix = "import_prefix",
    DottedName = "dotted_name",
    AliasedImport = "aliased_import",
    WildcardImport = "wildcard_import",
    PrintStatement = "print_statement",
    ExecStatement = "exec_statement",
    AssertStatement = "assert_statement",
    ExpressionStatement = "expression_statement",
    ReturnStatement = "return_statement",
    DeleteStatement = "delete_statement",
    RaiseStatement = "raise_statement",
    PassStatement = "pass_statement",
    BreakStatement = "break_statement",
    ContinueStatement = "continue_statement",
    GlobalStatement = "global_statement",
    NonlocalStatement = "nonlocal_statement",
    TypeAliasStatement = "type_alias_statement",
    NamedExpression = "named_expression",
    IfStatement = "if_statement",
    ElifClause = "elif_clause",
    ElseClause = "else_clause",
    MatchStatement = "match_statement",
    CaseClause = "case_clause",
    ForStatement = "for_statement",
    WhileStatement = "while_statement",
    TryStatement = "try_statement",
    ExceptClause = "except_clause",
    FinallyClause = "finally_clause",
    WithStatement = "with_statement",
    WithClause = "with_clause",
    WithItem = "with_item",
    FunctionDefinition = "function_definition",
    Parameters = "parameters",
    LambdaParameters = "lambda_parameters",
    ListSplat = "list_splat",
    DictionarySplat = "dictionary_splat",
    ClassDefinition = "class_definition",
    TypeParameter = "type_parameter",
    ArgumentList = "argument_list",
    DecoratedDefinition = "decorated_definition",
    Decorator = "decorator",
    Block = "block",
    ExpressionList = "expression_list",
    CasePattern = "case_pattern",
    AsPattern = "as_pattern",
    AsPatternTarget = "as_pattern_target",
    KeywordPattern = "keyword_pattern",
    ClassPattern = "class_pattern",
    SplatPattern = "splat_pattern",
    UnionPattern = "union_pattern",
    ListPattern = "list_pattern",
    TuplePattern = "tuple_pattern",
    DictPattern = "dict_pattern",
    ComplexPattern = "complex_pattern",
    PatternList = "pattern_list",
    TypedParameter = "typed_parameter",
    DefaultParameter = "default_parameter",
    TypedDefaultParameter = "typed_default_parameter",
    ListSplatPattern = "list_splat_pattern",
    DictionarySplatPattern = "dictionary_splat_pattern",
    KeywordSeparator = "keyword_separator",
    PositionalSeparator = "positional_separator",
    NotOperator = "not_operator",
    BooleanOperator = "boolean_operator",
    BinaryOperator = "binary_operator",
    UnaryOperator = "unary_operator",
    ComparisonOperator = "comparison_operator",
    Lambda = "lambda",
    Assignment = "assignment",
    AugmentedAssignment = "augmented_assignment",
    Yield = "yield",
    Attribute = "attribute",
    Subscript = "subscript",
    Slice = "slice",
    Ellipsis = "ellipsis",
    Call = "call",
    Type = "type",
    SplatType = "splat_type",
    GenericType = "generic_type",
    UnionType = "union_type",
    ConstrainedType = "constrained_type",
    MemberType = "member_type",
    KeywordArgument = "keyword_argument",
    List = "list",
    Set = "set",
    Tuple = "tuple",
    Dictionary = "dictionary",
    Pair = "pair",
    ListComprehension = "list_comprehension",
    DictionaryComprehension = "dictionary_comprehension",
    SetComprehension = "set_comprehension",
    GeneratorExpression = "generator_expression",
    ParenthesizedExpression = "parenthesized_expression",
    ForInClause = "for_in_clause",
    IfClause = "if_clause",
    ConditionalExpression = "conditional_expression",
    ConcatenatedString = "concatenated_string",
    String = "string",
    StringStart = "string_start",
    StringContent = "string_content",
    StringEnd = "string_end",
    EscapeSequence = "escape_sequence",
    EscapeInterpolation = "escape_interpolation",
    Interpolation = "interpolation",
    FormatSpecifier = "format_specifier",
    FormatExpression = "format_expression",
    TypeConversion = "type_conversion",
    Integer = "integer",
    Float = "float",
    Identifier = "identifier",
    True = "true",
    False = "false",
    None = "none",
    Await = "await",
    Comment = "comment",
    Chevron = "chevron",
    ParenthesizedListSplat = "parenthesized_list_splat",
    Async = "async",
} }

names! {
    /// The role of a node in its parent.
    Field {
    /// No role: the operand of `await` or `not`, statements of a block, elements of a list.
    None;
    Name = "name",
    ModuleName = "module_name",
    Alias = "alias",
    Condition = "condition",
    Consequence = "consequence",
    Alternative = "alternative",
    Body = "body",
    Subject = "subject",
    Guard = "guard",
    Left = "left",
    Right = "right",
    Value = "value",
    Parameters = "parameters",
    ReturnType = "return_type",
    TypeParameters = "type_parameters",
    Superclasses = "superclasses",
    Definition = "definition",
    Operator = "operator",
    Operators = "operators",
    Argument = "argument",
    Arguments = "arguments",
    Function = "function",
    Object = "object",
    Attribute = "attribute",
    Subscript = "subscript",
    Key = "key",
    Expression = "expression",
    Type = "type",
    Cause = "cause",
    Code = "code",
    FormatSpecifier = "format_specifier",
    TypeConversion = "type_conversion",
} }

pub(super) static LANGUAGE: LazyLock<Language> =
    LazyLock::new(|| tree_sitter_python::LANGUAGE.into());

/// From the numbers of the grammar to our names.
pub(super) struct Tables {
    pub(super) kinds: Vec<Kind>,
    pub(super) fields: Vec<Field>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let language = &*LANGUAGE;
    let kind = |id| {
        let name = language.node_kind_for_id(id)?;
        Kind::named(name).filter(|kind| language.node_kind_is_named(id) || *kind == Kind::Async)
    };
    let field = |id| Field::named(language.field_name_for_id(id)?);
    Tables {
        kinds: (0..language.node_kind_count() as u16)
            .map(|id| kind(id).unwrap_or(Kind::Token))
            .collect(),
        fields: (0..=language.field_count() as u16)
            .map(|id| field(id).unwrap_or(Field::None))
            .collect(),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_grammar_is_known() {
        let language = &*LANGUAGE;
        for id in 1..language.node_kind_count() as u16 {
            let name = language.node_kind_for_id(id).unwrap_or_default();
            let seen = language.node_kind_is_visible(id) && language.node_kind_is_named(id);
            if seen && name != "line_continuation" {
                assert!(Kind::named(name).is_some(), "{name}");
            }
        }
        for id in 1..=language.field_count() as u16 {
            let name = language.field_name_for_id(id).unwrap_or_default();
            assert!(Field::named(name).is_some(), "{name}");
        }
    }
}
