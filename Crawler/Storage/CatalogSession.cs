using System.Data.Common;
using System.Globalization;

namespace DataForge.Crawler.Storage;

/// <summary>SQL statements on the catalog's open connection. Valid only while the operation runs that was given it.</summary>
internal abstract class CatalogStatements(CatalogDatabase database)
{
    /// <summary>The database.</summary>
    public CatalogDatabase Database => database;

    /// <summary>Runs a statement. Returns the number of rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using DbCommand command = database.Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of a query's first row; null if there is no row, <see cref="DBNull"/> where it is NULL.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using DbCommand command = database.Command(sql, parameters);
        return command.ExecuteScalar();
    }

    /// <summary>The first column of a query's first row, as an integer.</summary>
    public long Integer(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Convert.ToInt64(Scalar(sql, parameters), CultureInfo.InvariantCulture);

    /// <summary>All rows of a query, each converted by <paramref name="read"/>.</summary>
    public List<T> Read<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using DbCommand command = database.Command(sql, parameters);
        using DbDataReader reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}

/// <summary>
/// The connection as an operation sees it (<see cref="CatalogConnection.Run{T}"/>): statements that commit by themselves.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="isRepeated">Whether the operation ran before and may have committed.</param>
internal sealed class CatalogSession(CatalogDatabase database, bool isRepeated) : CatalogStatements(database)
{
    /// <summary>Whether the operation ran before, lost its connection, and may have committed all the same.</summary>
    public bool IsRepeated => isRepeated;

    /// <summary>Runs statements in one transaction; an exception rolls it back.</summary>
    /// <param name="isDurable">Whether the commit waits for the disk (<see cref="CatalogDatabase.Begin"/>).</param>
    /// <param name="change">The statements.</param>
    public T InTransaction<T>(bool isDurable, Func<CatalogTransaction, T> change)
    {
        using DbTransaction transaction = Database.Begin(isDurable);
        T result = change(new CatalogTransaction(Database));
        transaction.Commit();
        return result;
    }

    /// <inheritdoc cref="InTransaction{T}(bool, Func{CatalogTransaction, T})"/>
    public void InTransaction(bool isDurable, Action<CatalogTransaction> change)
    {
        using DbTransaction transaction = Database.Begin(isDurable);
        change(new CatalogTransaction(Database));
        transaction.Commit();
    }
}

/// <summary>
/// An open transaction. Who takes one as an argument works inside it; the one that began it (<see cref="CatalogSession"/>) commits it.
/// </summary>
internal sealed class CatalogTransaction(CatalogDatabase database) : CatalogStatements(database);
