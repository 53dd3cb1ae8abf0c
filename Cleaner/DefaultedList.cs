using System.Collections.ObjectModel;

namespace DataForge.Cleaner;

/// <summary>
/// A list option with a default: the first value that is added replaces the default. A configuration binder adds to the
/// list it finds, so that with a plain list the user's values could only ever extend the default.
/// </summary>
public sealed class DefaultedList : Collection<string>
{
    private bool _isDefault;

    /// <summary>A list that holds these values until another one is added.</summary>
    public DefaultedList(params string[] defaults)
    {
        foreach (string value in defaults)
        {
            Add(value);
        }

        _isDefault = true;
    }

    /// <inheritdoc/>
    protected override void InsertItem(int index, string item)
    {
        if (_isDefault)
        {
            _isDefault = false;
            ClearItems();
            index = 0;
        }

        base.InsertItem(index, item);
    }
}
