using DataForge.Python;

namespace DataForge.Pretrain.Generation;

/// <summary>
/// The first function of a Python text, as far as its tokens tell; whether it is valid Python is the parser's answer. It ends where the
/// next statement is no longer in it, and where another function or a class begins between its statements: a small model, which knows
/// methods best, goes on with the next method.
/// </summary>
/// <param name="Length">Its length in bytes, from the beginning of the text to the end of its last line.</param>
/// <param name="Statements">Its statements, those inside others included, its docstring not.</param>
/// <param name="Distinct">How many different texts they have.</param>
internal readonly record struct FunctionText(int Length, int Statements, int Distinct)
{
    /// <summary>Reads a text that begins with a function.</summary>
    /// <param name="text">The text in UTF-8.</param>
    /// <param name="isWhole">Whether the text ends here, so that the function does too.</param>
    /// <returns>The function; null if its end is not reached, or where the text holds what is no token.</returns>
    internal static FunctionText? Read(ReadOnlySpan<byte> text, bool isWhole)
    {
        PythonLexer lexer = new(text);
        HashSet<string> statements = [];
        int depth = 0, count = 0, statementStart = -1, end = 0;
        bool isDocstring = false, hasBody = false;
        while (lexer.Next())
        {
            switch (lexer.Kind)
            {
                case TokenKind.Error:
                    return null;
                case TokenKind.Indent:
                    depth++;
                    break;
                case TokenKind.Dedent:
                    depth--;
                    break;
                case TokenKind.Comment or TokenKind.NonLogicalNewline:
                    break;
                case TokenKind.Newline:
                    end = lexer.Start + lexer.Length;
                    if (depth > 0 && (!isDocstring || hasBody))
                    {
                        statements.Add(System.Text.Encoding.UTF8.GetString(text[statementStart..lexer.Start]));
                        count++;
                    }

                    hasBody |= depth > 0;
                    statementStart = -1;
                    break;
                default:
                    if (hasBody && (depth == 0 || (depth == 1 && statementStart < 0 && BeginsAnother(lexer))))
                    {
                        return new FunctionText(end, count, statements.Count);
                    }

                    isDocstring = lexer.Kind == TokenKind.String && (statementStart < 0 || isDocstring);
                    statementStart = statementStart < 0 ? lexer.Start : statementStart;
                    break;
            }
        }

        return isWhole && hasBody ? new FunctionText(end, count, statements.Count) : null;
    }

    private static bool BeginsAnother(in PythonLexer lexer) =>
        lexer.Text.SequenceEqual("def"u8) || lexer.Text.SequenceEqual("class"u8) || lexer.Text.SequenceEqual("@"u8);
}
