# Proves that the libraries are of use outside the solution. Sourced by launcher/check.sh.

# Packs both libraries into a folder that serves as a package feed, and builds programs elsewhere that know only that feed: the example of each
# README, and tests/Libraries/Program.cs, which parses a folder of Python (by default Python's standard library) and writes and reads a Parquet file.
check_libraries() { # [FOLDER]
  require_dotnet
  local folder=${1:-$(python3 -c 'import os; print(os.path.dirname(os.__file__))')}
  # Not local: the trap needs it when the function has ended.
  libraries_work=$(mktemp -d)
  trap 'rm -rf "$libraries_work"' EXIT
  local work=$libraries_work library code=0
  for library in DataForge.Parquet DataForge.Python; do
    say "Packing $library …"
    quietly "$work/pack.log" dotnet pack "$root/Libraries/$library" -c Release -v q --nologo -o "$work/feed"
  done
  # What the libraries depend on, from the cache of packages that the restore above filled.
  local cache
  cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
  cp "$cache"/zstdnet/*/zstdnet.*.nupkg "$work/feed"
  # A package cache of its own: a version packed before must not be taken for this one.
  cat >"$work/nuget.config" <<'XML'
<configuration>
  <config><add key="globalPackagesFolder" value="packages" /></config>
  <packageSources><clear /><add key="feed" value="feed" /></packageSources>
</configuration>
XML
  for library in DataForge.Parquet DataForge.Python; do
    readme_example "$root/Libraries/$library/README.md" >"$work/example.cs"
    say "The example of $library:"
    outside_program "$work" "${library#DataForge.}Example" "$work/example.cs" "$library"
    (cd "$work" && dotnet "${library#DataForge.}Example/out/${library#DataForge.}Example.dll") || code=1
  done
  say "Parsing $folder, writing and reading a Parquet file …"
  outside_program "$work" Consumer "$root/tests/Libraries/Program.cs" DataForge.Parquet DataForge.Python
  dotnet "$work/Consumer/out/Consumer.dll" "$folder" "$work/verdicts.parquet" || code=1
  if [ "$code" -eq 0 ]; then echo 'libraries: passed'; else echo 'libraries: FAILED'; fi
  return "$code"
}

# Builds a console program of one source file in WORK/NAME/out, with package references.
outside_program() { # WORK NAME SOURCE PACKAGE…
  local work=$1 name=$2 source=$3
  shift 3
  mkdir -p "$work/$name"
  cp "$source" "$work/$name/Program.cs"
  {
    echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework>'
    echo '<Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings><UseAppHost>false</UseAppHost></PropertyGroup><ItemGroup>'
    printf '<PackageReference Include="%s" Version="*" />\n' "$@"
    echo '</ItemGroup></Project>'
  } >"$work/$name/$name.csproj"
  quietly "$work/build.log" dotnet build "$work/$name" -c Release -v q --nologo -clp:NoSummary -o "$work/$name/out"
}

# The first C# block of a page.
readme_example() { # PAGE
  sed -n '/^```csharp$/,/^```$/{/^```/d;p}' "$1"
}
