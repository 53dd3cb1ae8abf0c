using Microsoft.AspNetCore.Routing;

namespace DataForge.Service.Web;

/// <summary>
/// The addresses of one page or subject. Every class that is registered under this interface is mapped. Requests reach it only after
/// <see cref="RequestGuard"/>: those that change something carry the token.
/// </summary>
internal interface IEndpoints
{
    /// <summary>Maps the addresses.</summary>
    void Map(IEndpointRouteBuilder routes);
}
