using System.Text.RegularExpressions;
using DataForge.Pretrain.Torch;

namespace DataForge.Pretrain.Tests.Torch;

/// <summary>Holds the arguments of a call against the operator's schema, as the loaded libtorch registers it.</summary>
internal static unsafe partial class CallSchema
{
    /// <summary>Why the call does not fit, or null.</summary>
    internal static string? Fault(Op op, Value* args, int count)
    {
        (string Type, bool HasDefault)[] wanted = Arguments(op.Schema);
        if (count > wanted.Length)
        {
            return $"{count} arguments to {op.Schema}";
        }

        for (int i = 0; i < wanted.Length; i++)
        {
            if (i >= count || args[i].Tag == Value.Kind.Default ? !wanted[i].HasDefault : !Fits(wanted[i].Type, args[i].Tag))
            {
                return $"argument {i} is {(i < count ? args[i].Tag : "missing")} where {wanted[i].Type} is wanted by {op.Schema}";
            }
        }

        return null;
    }

    /// <summary>How many results the operator gives.</summary>
    internal static int Results(Op op)
    {
        string results = op.Schema[(op.Schema.LastIndexOf("-> ", StringComparison.Ordinal) + 3)..];
        return results == "()" ? 0 : Split(results.StartsWith('(') && !results.StartsWith("(a", StringComparison.Ordinal) ? results[1..^1] : results).Count;
    }

    private static (string Type, bool HasDefault)[] Arguments(string schema)
    {
        int open = schema.IndexOf('('), arrow = schema.LastIndexOf(") ->", StringComparison.Ordinal);
        return
        [
            .. Split(schema[(open + 1)..arrow]).Where(part => part != "*").Select(part =>
            {
                string declared = part.Split('=')[0];
                return (Alias().Replace(declared[..declared.LastIndexOf(' ')], ""), part.Contains('='));
            }),
        ];
    }

    private static List<string> Split(string list)
    {
        List<string> parts = [];
        int depth = 0, begin = 0;
        for (int i = 0; i <= list.Length; i++)
        {
            if (i == list.Length || (list[i] == ',' && depth == 0))
            {
                if (list[begin..i].Trim() is { Length: > 0 } part)
                {
                    parts.Add(part);
                }

                begin = i + 1;
            }
            else
            {
                depth += list[i] is '(' or '[' ? 1 : list[i] is ')' or ']' ? -1 : 0;
            }
        }

        return parts;
    }

    private static bool Fits(string type, Value.Kind given)
    {
        if (type.EndsWith('?'))
        {
            return given == Value.Kind.None || Fits(type[..^1], given);
        }

        if (type.EndsWith(']'))
        {
            return given == type[..type.LastIndexOf('[')] switch
            {
                "Tensor" => Value.Kind.TensorList,
                "Tensor?" => Value.Kind.OptionalTensors,
                "int" or "SymInt" => Value.Kind.IntList,
                "bool" => Value.Kind.BoolList,
                _ => Value.Kind.DoubleList,
            };
        }

        return type switch
        {
            "Tensor" => given == Value.Kind.Tensor,
            "int" or "SymInt" or "ScalarType" or "Layout" or "MemoryFormat" => given == Value.Kind.Int,
            "float" => given == Value.Kind.Double,
            "Scalar" or "number" => given is Value.Kind.Int or Value.Kind.Double,
            "bool" => given == Value.Kind.Bool,
            "str" => given == Value.Kind.String,
            "Device" => given == Value.Kind.Device,
            _ => false,
        };
    }

    [GeneratedRegex(@"\([a-z](!|\s*->\s*\*|\|[a-z])*\)")]
    private static partial Regex Alias();
}
